package io.sluice.http;

import io.netty.buffer.ByteBuf;

/**
 * Reads heads strictly: what two implementations could read differently is refused. <em>Immutable</em>: what was read so
 * far is in the head, so one parser serves all connections, and a connection without a head in progress holds nothing.
 *
 * <p>Octets are looked at once, in the order they arrive, however they are split over buffers; a wrong one refuses the head
 * at once, and a limit refuses it when it is reached, not when the head would end. Lines end in CRLF only (RFC 9112 §2.2).
 * A request may have up to 2 empty lines before it, which are not kept; a response none. Where RFC 9112 lets a recipient
 * choose between repairing and refusing, this one refuses.
 *
 * <p>Choices that the RFCs leave open: a method has at most 32 bytes; a status line may lack the space behind its status;
 * Connection may hold 64 options, and where one is no token the connection does not persist; equal Content-Length fields
 * are refused too; a status is 100 to 599.
 */
public final class HeadParser {
    private final HeadLimits limits;
    private final FieldLines requestFields;
    private final FieldLines responseFields;

    /** Creates a parser with these limits. */
    public HeadParser(HeadLimits limits) {
        this.limits = limits;
        this.requestFields =
                new FieldLines(limits.fieldsMax(), ProxyError.MALFORMED_FIELD, ProxyError.TOO_MANY_FIELDS);
        this.responseFields =
                new FieldLines(limits.fieldsMax(), ProxyError.MALFORMED_RESPONSE, ProxyError.RESPONSE_HEAD_TOO_LARGE);
    }

    /**
     * Reads on in a request's head. A request without a body has the framing {@code NONE} and the content length 0 if it
     * said so (a POST is forwarded with {@code Content-Length: 0}), else -1. An {@code Expect: 100-continue} that means
     * nothing, from HTTP/1.0 or without a body, is dropped.
     *
     * @param head empty before the first call, then the same until it is complete
     * @param in   borrowed; what belongs to the head is consumed, and nothing behind it; where it is refused, some or all
     */
    public ParseStatus parseRequest(RequestHead head, ByteBuf in) {
        if (RequestLine.awaited(head) && !RequestLine.begin(head, in)) {
            return unfinished(head);
        }
        int bytesMax = limits.headBytesMax();
        while (in.isReadable() && head.error == null) {
            if (head.take(in, bytesMax) == 0) {
                head.error = ProxyError.REQUEST_HEAD_TOO_LARGE;
            } else if (RequestLine.read(head, limits.lineBytesMax()) && requestFields.read(head)) {
                head.giveBack(in);
                head.error = RequestRules.apply(head);
                return finished(head);
            } else if (head.error == null && head.length() >= bytesMax) {
                head.error = ProxyError.REQUEST_HEAD_TOO_LARGE;
            }
        }
        return unfinished(head);
    }

    /**
     * Reads on in a response's head; its framing depends on the request's method (RFC 9112 §6.3). Content-Length and
     * Transfer-Encoding must be valid even where they frame nothing; those of a 1xx or 204 are dropped, and a connection
     * whose 204 announces a body does not persist.
     *
     * @param head empty before the first call, then the same until it is complete
     * @param in   borrowed; what belongs to the head is consumed, and nothing behind it; where it is refused, some or all
     */
    public ParseStatus parseResponse(ResponseHead head, ByteBuf in, Method method) {
        int bytesMax = limits.headBytesMax();
        while (in.isReadable() && head.error == null) {
            if (head.take(in, bytesMax) == 0) {
                head.error = ProxyError.RESPONSE_HEAD_TOO_LARGE;
            } else if (StatusLine.read(head) && responseFields.read(head)) {
                head.giveBack(in);
                head.error = ResponseRules.apply(head, method);
                return finished(head);
            } else if (head.error == null && head.length() >= bytesMax) {
                head.error = ProxyError.RESPONSE_HEAD_TOO_LARGE;
            }
        }
        return unfinished(head);
    }

    private static ParseStatus unfinished(Head head) {
        return head.error == null ? ParseStatus.INCOMPLETE : ParseStatus.REFUSED;
    }

    private static ParseStatus finished(Head head) {
        return head.error == null ? ParseStatus.COMPLETE : ParseStatus.REFUSED;
    }
}
