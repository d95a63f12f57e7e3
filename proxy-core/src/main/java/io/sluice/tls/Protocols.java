package io.sluice.tls;

import io.netty.handler.ssl.ApplicationProtocolNames;
import java.util.List;

/** What clients are offered by ALPN (RFC 7301), the best first. <em>Immutable.</em> */
public final class Protocols {
    /** What only authorities offer that look whether a name is ours (RFC 8737 §3). */
    public static final String ACME = "acme-tls/1";

    private Protocols() {}

    /** Where requests are spoken, with HTTP/2 or without. */
    public static List<String> http(boolean withHttp2) {
        return withHttp2
                ? List.of(ApplicationProtocolNames.HTTP_2, ApplicationProtocolNames.HTTP_1_1)
                : List.of(ApplicationProtocolNames.HTTP_1_1);
    }

    /** Whether this is HTTP/2; null = nothing was agreed on. */
    public static boolean http2(String agreed) {
        return ApplicationProtocolNames.HTTP_2.equals(agreed);
    }
}
