package io.sluice.http;

/**
 * The field names this proxy gives a meaning to; every other name is {@link #OTHER}. A head's index holds one of these
 * for each field, so that a rule is a comparison of constants. <em>Immutable.</em>
 */
public enum HeaderName {
    OTHER("", false),
    CONNECTION("Connection", true),
    KEEP_ALIVE("Keep-Alive", true),
    PROXY_CONNECTION("Proxy-Connection", true),
    TE("TE", true),
    TRAILER("Trailer", false),
    TRANSFER_ENCODING("Transfer-Encoding", true),
    UPGRADE("Upgrade", true),
    CONTENT_LENGTH("Content-Length", false),
    HOST("Host", false),
    EXPECT("Expect", false),
    DATE("Date", false),
    SERVER("Server", false),
    VIA("Via", false),
    FORWARDED("Forwarded", false),
    X_FORWARDED_FOR("X-Forwarded-For", false),
    X_FORWARDED_PROTO("X-Forwarded-Proto", false),
    X_FORWARDED_HOST("X-Forwarded-Host", false),
    X_FORWARDED_PORT("X-Forwarded-Port", false),
    X_REAL_IP("X-Real-IP", false),
    MAX_FORWARDS("Max-Forwards", false),
    // Lower case, as W3C Trace Context wants them to be sent.
    TRACEPARENT("traceparent", false),
    TRACESTATE("tracestate", false),
    CONTENT_TYPE("Content-Type", false),
    LOCATION("Location", false);

    private final String text;
    private final boolean hopByHop;

    HeaderName(String text, boolean hopByHop) {
        this.text = text;
        this.hopByHop = hopByHop;
    }

    /** The name as we write it. */
    public String text() {
        return text;
    }

    /** Whether it concerns one connection only and is never passed on as received (RFC 9110 §7.6.1). */
    public boolean hopByHop() {
        return hopByHop;
    }
}
