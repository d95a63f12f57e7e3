package io.sluice.http;

/** What a response's fields must say together, and what follows for its framing (RFC 9112 §6.3). <em>Immutable.</em> */
final class ResponseRules {
    private ResponseRules() {}

    /** Completes a head whose lines are read; null unless it is refused. */
    static ProxyError apply(ResponseHead head, Method method) {
        int options = ConnectionOptions.of(head);
        if ((options & ConnectionOptions.TOO_MANY) != 0) {
            return ProxyError.MALFORMED_RESPONSE;
        }
        head.keepAlive = ConnectionOptions.persistent(options, head.minorVersion);
        if (!valid(head)) {
            return ProxyError.INVALID_RESPONSE_FRAMING;
        }
        boolean chunked = head.find(HeaderName.TRANSFER_ENCODING) >= 0;
        if (head.status < 200 || head.status == 204) {
            withoutBody(head, chunked);
        } else {
            head.framing = framing(head, method, chunked);
            head.keepAlive &= head.framing != BodyFraming.UNTIL_CLOSE;
        }
        return null;
    }

    /**
     * The same for a head that came decoded, where frames tell the end of the body (RFC 9113 §8.1.1).
     *
     * @param last whether the message ends with its head
     */
    static ProxyError applyDecoded(ResponseHead head, Method method, boolean last) {
        head.keepAlive = true;
        if (!valid(head)) {
            return ProxyError.INVALID_RESPONSE_FRAMING;
        }
        if (head.status < 200 || head.status == 204) {
            withoutBody(head, false);
            return head.status < 200 && last ? ProxyError.MALFORMED_RESPONSE : null;
        }
        if (method == Method.HEAD || head.status == 304) {
            return null;
        }
        if (last) {
            // Without a length HTTP/1 would read on to the end of the connection.
            boolean promised = head.contentLength > 0;
            head.contentLength = 0;
            return promised ? ProxyError.RESPONSE_TRUNCATED : null;
        }
        head.framing = head.contentLength == 0 ? BodyFraming.NONE
                : head.contentLength > 0 ? BodyFraming.LENGTH : BodyFraming.CHUNKED;
        return null;
    }

    /** Whether the framing fields can be read in one way only; so they must be even where they frame nothing. */
    private static boolean valid(ResponseHead head) {
        int coding = head.find(HeaderName.TRANSFER_ENCODING);
        int length = head.find(HeaderName.CONTENT_LENGTH);
        if (coding >= 0) {
            return length < 0 && chunkedOnly(head, coding);
        }
        if (length >= 0) {
            head.contentLength = Framing.length(head.bytes, head.valueStart(length), head.valueEnd(length));
            return head.contentLength >= 0 && head.next(HeaderName.CONTENT_LENGTH, length + 1) < 0;
        }
        return true;
    }

    /** RFC 9110 §8.6, RFC 9112 §6.1: no framing field is allowed here, so that even a valid one is not passed on. */
    private static void withoutBody(ResponseHead head, boolean chunked) {
        if (chunked || head.contentLength > 0) {
            // Whoever announces a body may send it as well: this connection is not used again.
            head.keepAlive = false;
        }
        head.contentLength = -1;
        head.dropAll(HeaderName.CONTENT_LENGTH);
        head.dropAll(HeaderName.TRANSFER_ENCODING);
    }

    private static BodyFraming framing(ResponseHead head, Method method, boolean chunked) {
        if (method == Method.HEAD || head.status == 304 || head.contentLength == 0) {
            return BodyFraming.NONE;
        }
        if (chunked) {
            return BodyFraming.CHUNKED;
        }
        return head.contentLength > 0 ? BodyFraming.LENGTH : BodyFraming.UNTIL_CLOSE;
    }

    private static boolean chunkedOnly(ResponseHead head, int coding) {
        return head.minorVersion > 0
                && head.next(HeaderName.TRANSFER_ENCODING, coding + 1) < 0
                && Framing.chunked(head.bytes, head.valueStart(coding), head.valueEnd(coding));
    }
}
