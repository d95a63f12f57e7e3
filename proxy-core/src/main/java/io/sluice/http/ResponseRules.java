package io.sluice.http;

/** Reads status lines (RFC 9112 §4), and what a response's fields must say together (§6). <em>Immutable.</em> */
final class ResponseRules {
    private static final int STATUS_START = 9;
    private static final int STATUS_END = 12;

    private ResponseRules() {}

    static ProxyError statusLine(ResponseHead head, int start, int end) {
        byte[] bytes = head.bytes;
        if (end - start < STATUS_END || bytes[start + STATUS_START - 1] != ' ') {
            return ProxyError.MALFORMED_RESPONSE;
        }
        int version = Versions.read(bytes, start);
        int status = 0;
        for (int i = start + STATUS_START; i < start + STATUS_END; i++) {
            if (!Octets.digit(bytes[i])) {
                return ProxyError.MALFORMED_RESPONSE;
            }
            status = status * 10 + bytes[i] - '0';
        }
        boolean reason = end - start > STATUS_END;
        if (version / 10 != 1 || status < 100 || status > 599 || reason && bytes[start + STATUS_END] != ' ') {
            return ProxyError.MALFORMED_RESPONSE;
        }
        head.minorVersion = version == 10 ? 0 : 1;
        head.status = status;
        head.reasonStart = reason ? start + STATUS_END + 1 : end;
        head.reasonEnd = end;
        return null;
    }

    static ProxyError settle(ResponseHead head, Method method) {
        int length = head.find(HeaderName.CONTENT_LENGTH);
        int coding = head.find(HeaderName.TRANSFER_ENCODING);
        long value = length < 0 ? -1 : Fields.contentLength(head, length);
        boolean wrongLength = length >= 0 && value < 0;
        boolean wrongCoding = coding >= 0
                && (length >= 0 || head.http10() || !Fields.chunked(head, coding)
                        || head.next(HeaderName.TRANSFER_ENCODING, coding + 1) >= 0);
        if (wrongLength || wrongCoding) {
            return ProxyError.INVALID_RESPONSE_FRAMING;
        }
        head.keepAlive = Fields.persists(head);
        if (head.interim() || head.status == 204) {
            return null;
        }
        head.contentLength = value;
        if (method == Method.HEAD || head.status == 304 || value == 0) {
            return null;
        }
        if (coding >= 0) {
            head.framing = BodyFraming.CHUNKED;
        } else if (value > 0) {
            head.framing = BodyFraming.LENGTH;
        } else {
            head.framing = BodyFraming.UNTIL_CLOSE;
            head.keepAlive = false;
        }
        return null;
    }
}
