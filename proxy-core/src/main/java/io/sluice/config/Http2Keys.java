package io.sluice.config;

import static io.sluice.config.Key.value;
import static io.sluice.config.ValueType.flag;

/** The keys about HTTP/2 from clients. <em>Immutable.</em> */
final class Http2Keys {
    private Http2Keys() {}

    static Key listener() {
        return value(
                        "listeners[].http2",
                        flag(),
                        "HTTP/2 is spoken too, with clients that know beforehand (h2c, where there is no TLS) or agree on it"
                                + " by TLS (ALPN). A connection may have 100 requests at a time. One that costs more than any"
                                + " use of it needs, by resets, empty or control frames, or endless headers, is told"
                                + " ENHANCE_YOUR_CALM and closed, which sluice_rejected_total counts.")
                .byDefault("true");
    }
}
