package io.sluice.http;

import io.netty.buffer.ByteBuf;

/**
 * Reads heads strictly: what two implementations could read differently is refused. <em>Immutable</em>: what was read so
 * far is in the head, so one parser serves all connections, and a connection without a head in progress holds nothing.
 *
 * <p>Bytes are copied into the head in steps, and looked at line by line as lines become whole: each byte once to find the
 * line's end, once to check it.
 */
public final class HeadParser {
    private static final int STEP_BYTES = 1024;
    /** Empty lines before a request line that are skipped (RFC 9112 §2.2). */
    private static final int EMPTY_LINES_MAX = 2;

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
        return parse(head, in, null);
    }

    /**
     * Reads on in a response's head; its framing depends on the request's method (RFC 9112 §6.3).
     *
     * @param head empty before the first call, then the same until it is complete
     * @param in   borrowed; what belongs to the head is consumed, and nothing behind it
     */
    public ParseStatus parseResponse(ResponseHead head, ByteBuf in, Method method) {
        return parse(head, in, method);
    }

    /** Reads on in a trailer section: fields up to an empty line, into a head that has no start line. */
    ParseStatus parseTrailers(RequestHead fields, ByteBuf in) {
        fields.trailer = true;
        return parse(fields, in, null);
    }

    /** The method is null for a request. */
    private ParseStatus parse(Head head, ByteBuf in, Method method) {
        while (in.isReadable()) {
            int had = head.length;
            int count = Math.min(Math.min(in.readableBytes(), STEP_BYTES), limits.headBytesMax() + 1 - had);
            int start = head.reserve(count);
            in.getBytes(in.readerIndex(), head.bytes, start, count);
            head.length += count;
            int end = lines(head);
            if (head.error != null) {
                in.skipBytes(count);
                return ParseStatus.REFUSED;
            }
            if (end > 0) {
                // Of the step that ended the head, only its share.
                in.skipBytes(end - had);
                head.length = end;
                head.error = head.trailer ? null : method == null
                        ? RequestRules.settle((RequestHead) head)
                        : ResponseRules.settle((ResponseHead) head, method);
                return head.error == null ? ParseStatus.COMPLETE : ParseStatus.REFUSED;
            }
            in.skipBytes(count);
            if (head.length > limits.headBytesMax()) {
                head.error = method == null ? ProxyError.REQUEST_HEAD_TOO_LARGE : ProxyError.RESPONSE_HEAD_TOO_LARGE;
                return ParseStatus.REFUSED;
            }
        }
        return ParseStatus.INCOMPLETE;
    }

    /** Reads the lines that are whole; returns the offset behind the empty one that ends the head, or 0. */
    private int lines(Head head) {
        byte[] bytes = head.bytes;
        int at = head.scanned;
        int end = head.length;
        while (at < end) {
            byte b = bytes[at];
            if (b != '\n') {
                // Neither a CR that no LF follows nor another control byte is ever right: both are refused at once.
                if (b < ' ' && b >= 0 && b != '\t' && (b != '\r' || at + 1 < end && bytes[at + 1] != '\n')) {
                    head.error = malformed(head);
                    return 0;
                }
                at++;
                continue;
            }
            int start = head.lineStart;
            if (at == start || bytes[at - 1] != '\r') {
                head.error = malformed(head);
                return 0;
            }
            at++;
            head.lineStart = at;
            if (at - 2 == start && head.startRead) {
                return at;
            }
            head.error = line(head, start, at - 2);
            if (head.error != null) {
                return 0;
            }
        }
        head.scanned = at;
        head.error = early(head);
        return 0;
    }

    /** What is known already to be wrong of a line that is not whole yet. */
    private ProxyError early(Head head) {
        int pending = head.length - head.lineStart;
        if (head.startRead || pending == 0) {
            return null;
        }
        byte first = head.bytes[head.lineStart];
        if (head instanceof ResponseHead) {
            return first == 'H' ? null : ProxyError.MALFORMED_RESPONSE;
        }
        if (pending > limits.lineBytesMax() + 1) {
            return ProxyError.TARGET_TOO_LONG;
        }
        return Octets.token(first) || first == '\r' ? null : ProxyError.MALFORMED_REQUEST_LINE;
    }

    private static ProxyError malformed(Head head) {
        if (head instanceof ResponseHead) {
            return ProxyError.MALFORMED_RESPONSE;
        }
        return head.startRead ? ProxyError.MALFORMED_FIELD : ProxyError.MALFORMED_REQUEST_LINE;
    }

    /** Reads one line, without its CRLF. */
    private ProxyError line(Head head, int start, int end) {
        if (head.startRead) {
            return field(head, start, end);
        }
        if (head instanceof ResponseHead response) {
            head.startRead = true;
            return ResponseRules.statusLine(response, start, end);
        }
        if (start == end) {
            return start / 2 < EMPTY_LINES_MAX ? null : ProxyError.MALFORMED_REQUEST_LINE;
        }
        head.startRead = true;
        return end - start > limits.lineBytesMax()
                ? ProxyError.TARGET_TOO_LONG
                : RequestLine.read((RequestHead) head, start, end);
    }

    private ProxyError field(Head head, int start, int end) {
        byte[] bytes = head.bytes;
        int colon = start;
        while (colon < end && Octets.token(bytes[colon])) {
            colon++;
        }
        // No name, white space before the colon, a folded line: all end here (RFC 9112 §5.1, §5.2).
        if (colon == start || colon == end || bytes[colon] != ':') {
            return malformed(head);
        }
        if (head.count() == limits.fieldsMax()) {
            return head instanceof RequestHead ? ProxyError.TOO_MANY_FIELDS : ProxyError.RESPONSE_HEAD_TOO_LARGE;
        }
        int valueStart = colon + 1;
        int valueEnd = end;
        while (valueStart < valueEnd && Octets.space(bytes[valueStart])) {
            valueStart++;
        }
        while (valueEnd > valueStart && Octets.space(bytes[valueEnd - 1])) {
            valueEnd--;
        }
        // Control bytes were refused while the line's end was looked for, but for DEL.
        for (int i = valueStart; i < valueEnd; i++) {
            if (bytes[i] == 0x7f) {
                return malformed(head);
            }
        }
        head.index(HeaderNames.known(bytes, start, colon), start, colon, valueStart, valueEnd, end + 2);
        return null;
    }
}
