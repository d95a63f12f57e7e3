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
        if (head.status < 200 || head.status == 204) {
            withoutBody(head);
            return null;
        }
        return framing(head, method);
    }

    /** RFC 9110 §8.6, RFC 9112 §6.1: no framing field is allowed here, and none frames or is passed on. */
    private static void withoutBody(ResponseHead head) {
        int length = head.find(HeaderName.CONTENT_LENGTH);
        boolean announced = length >= 0
                && Framing.length(head.bytes, head.valueStart(length), head.valueEnd(length)) != 0;
        if (announced || head.find(HeaderName.TRANSFER_ENCODING) >= 0) {
            // Whoever announces a body may send it as well: this connection is not used again.
            head.keepAlive = false;
        }
        head.dropAll(HeaderName.CONTENT_LENGTH);
        head.dropAll(HeaderName.TRANSFER_ENCODING);
    }

    private static ProxyError framing(ResponseHead head, Method method) {
        int coding = head.find(HeaderName.TRANSFER_ENCODING);
        int length = head.find(HeaderName.CONTENT_LENGTH);
        if (coding >= 0 && (length >= 0 || !chunkedOnly(head, coding))) {
            return ProxyError.INVALID_RESPONSE_FRAMING;
        }
        if (length >= 0) {
            head.contentLength = Framing.length(head.bytes, head.valueStart(length), head.valueEnd(length));
            if (head.contentLength < 0 || head.next(HeaderName.CONTENT_LENGTH, length + 1) >= 0) {
                return ProxyError.INVALID_RESPONSE_FRAMING;
            }
        }
        if (method == Method.HEAD || head.status == 304 || head.contentLength == 0) {
            head.framing = BodyFraming.NONE;
        } else if (length >= 0) {
            head.framing = BodyFraming.LENGTH;
        } else if (coding >= 0) {
            head.framing = BodyFraming.CHUNKED;
        } else {
            head.framing = BodyFraming.UNTIL_CLOSE;
            head.keepAlive = false;
        }
        return null;
    }

    private static boolean chunkedOnly(ResponseHead head, int coding) {
        return head.minorVersion > 0
                && head.next(HeaderName.TRANSFER_ENCODING, coding + 1) < 0
                && Framing.chunked(head.bytes, head.valueStart(coding), head.valueEnd(coding));
    }
}
