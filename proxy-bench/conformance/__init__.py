"""Other people's suites, run through the proxies: what `proxy-bench/h2spec` and `grpc-interop` are made of."""
