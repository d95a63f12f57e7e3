package io.sluice.http;

/**
 * Reads a status line, {@code HTTP/1.x SP status SP reason CRLF} (RFC 9112 §4); the space behind the status may be missing
 * where no reason follows, as many servers send it. <em>Immutable</em>: how far it came is in the head.
 */
final class StatusLine {
    private static final int PREFIX = 0;
    private static final int BEHIND_STATUS = 1;
    private static final int REASON = 2;
    private static final int LINE_FEED = 3;

    private static final int STATUS_END = 12;

    private StatusLine() {}

    /** Reads on, and returns whether the line was read; if not, the head has an error or needs more bytes. */
    static boolean read(ResponseHead head) {
        byte[] bytes = head.bytes;
        int end = head.length;
        int at = head.scanned;
        while (at < end && head.expected < FieldLines.NEXT) {
            if (head.expected == REASON) {
                at = Octets.skipValue(bytes, at, end);
                head.reasonEnd = at;
                if (at == end) {
                    break;
                }
            }
            if (!octet(head, bytes[at], at)) {
                head.error = ProxyError.MALFORMED_RESPONSE;
                return false;
            }
            at++;
        }
        head.scanned = at;
        return head.expected >= FieldLines.NEXT;
    }

    /** Whether the octet is right here; says what is expected behind it. */
    private static boolean octet(ResponseHead head, byte b, int at) {
        switch (head.expected) {
            case PREFIX -> {
                head.expected = at == STATUS_END - 1 ? BEHIND_STATUS : PREFIX;
                return prefixOctet(b, at);
            }
            case BEHIND_STATUS -> {
                status(head, b == ' ' ? at + 1 : at);
                head.expected = b == ' ' ? REASON : LINE_FEED;
                return b == ' ' || b == '\r';
            }
            case REASON -> {
                head.expected = LINE_FEED;
                return b == '\r';
            }
            default -> {
                head.expected = FieldLines.NEXT;
                return b == '\n';
            }
        }
    }

    private static void status(ResponseHead head, int reasonStart) {
        byte[] bytes = head.bytes;
        head.minorVersion = bytes[7] == '0' ? 0 : 1;
        head.status = (bytes[9] - '0') * 100 + (bytes[10] - '0') * 10 + bytes[11] - '0';
        head.reasonStart = reasonStart;
        head.reasonEnd = reasonStart;
    }

    private static boolean prefixOctet(byte b, int position) {
        return switch (position) {
            case 7, 10, 11 -> Octets.is(b, Octets.DIGIT);
            case 9 -> b >= '1' && b <= '5';
            default -> b == "HTTP/1.  ".charAt(position);
        };
    }
}
