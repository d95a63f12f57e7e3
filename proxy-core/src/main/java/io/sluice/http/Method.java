package io.sluice.http;

/**
 * The methods this proxy knows by name (RFC 9110 §9, RFC 5789); any other token is {@link #OTHER} and is forwarded as it
 * came. <em>Immutable.</em>
 */
public enum Method {
    GET(true, true),
    HEAD(true, true),
    POST(false, false),
    PUT(true, false),
    DELETE(true, false),
    CONNECT(false, false),
    OPTIONS(true, true),
    TRACE(true, true),
    PATCH(false, false),
    OTHER(false, false);

    private final boolean idempotent;
    private final boolean safe;

    Method(boolean idempotent, boolean safe) {
        this.idempotent = idempotent;
        this.safe = safe;
    }

    /** Whether sending it twice does what sending it once does (RFC 9110 §9.2.2). */
    public boolean idempotent() {
        return idempotent;
    }

    /** Whether it only reads (RFC 9110 §9.2.1). */
    public boolean safe() {
        return safe;
    }
}
