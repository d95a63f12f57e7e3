package io.sluice.http;

import io.netty.buffer.ByteBuf;

/**
 * Reads heads strictly: what two implementations could read differently is refused. <em>Immutable</em>: what was read so
 * far is in the head, so one parser serves all connections, and a connection without a head in progress holds nothing.
 */
public final class HeadParser {
    private final HeadLimits limits;

    /** Creates a parser with these limits. */
    public HeadParser(HeadLimits limits) {
        this.limits = limits;
    }

    /**
     * Reads on in a request's head.
     *
     * @param head empty before the first call, then the same until it is complete
     * @param in   borrowed; what belongs to the head is consumed, and nothing behind it
     */
    public ParseStatus parseRequest(RequestHead head, ByteBuf in) {
        throw new UnsupportedOperationException(limits.toString());
    }

    /**
     * Reads on in a response's head; its framing depends on the request's method (RFC 9112 §6.3).
     *
     * @param head empty before the first call, then the same until it is complete
     * @param in   borrowed; what belongs to the head is consumed, and nothing behind it
     */
    public ParseStatus parseResponse(ResponseHead head, ByteBuf in, Method method) {
        throw new UnsupportedOperationException(limits.toString());
    }
}
