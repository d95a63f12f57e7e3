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

    /** The method these octets name: case matters (RFC 9110 §9.1). Allocates nothing. */
    static Method of(byte[] bytes, int start, int end) {
        Method candidate = switch (bytes[start]) {
            case 'G' -> GET;
            case 'H' -> HEAD;
            case 'P' -> end - start == 3 ? PUT : end - start == 4 ? POST : PATCH;
            case 'D' -> DELETE;
            case 'O' -> OPTIONS;
            case 'C' -> CONNECT;
            case 'T' -> TRACE;
            default -> OTHER;
        };
        String name = candidate.name();
        if (candidate == OTHER || name.length() != end - start) {
            return OTHER;
        }
        for (int i = 0; i < name.length(); i++) {
            if (bytes[start + i] != name.charAt(i)) {
                return OTHER;
            }
        }
        return candidate;
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
