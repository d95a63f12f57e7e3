package io.sluice.http;

/**
 * Reads field lines up to the empty line (RFC 9112 §5), for heads and trailer sections alike. Whatever is not exactly
 * {@code name ":" OWS value OWS CRLF} refuses the message: no space before the colon (§5.1), no folded line (§5.2), no line
 * end but CRLF (§2.2), no control character in a value (RFC 9110 §5.5); nothing is skipped. <em>Immutable</em>: how far it
 * came is in the head, so that each octet is looked at once, however it arrives.
 *
 * @param fieldsMax more are refused
 * @param malformed why a wrong octet refuses the message
 * @param tooMany   why too many fields refuse it
 */
record FieldLines(int fieldsMax, ProxyError malformed, ProxyError tooMany) {
    /** What {@link Head#expected} says from the first field line on; smaller numbers belong to the first line. */
    static final int NEXT = 16;
    private static final int NAME = 17;
    private static final int VALUE = 18;
    private static final int LINE_FEED = 19;
    private static final int LAST_LINE_FEED = 20;

    /** Reads on, and returns whether the empty line was read; if not, the head has an error or needs more bytes. */
    boolean read(Head head) {
        byte[] bytes = head.bytes;
        int end = head.length;
        int at = head.scanned;
        int expected = head.expected;
        while (at < end) {
            switch (expected) {
                case NEXT -> {
                    if (bytes[at] == '\r') {
                        expected = LAST_LINE_FEED;
                        at++;
                    } else if (!Octets.is(bytes[at], Octets.TOKEN)) {
                        return refuse(head, malformed);
                    } else if (head.count() >= fieldsMax) {
                        return refuse(head, tooMany);
                    } else {
                        expected = NAME;
                        head.lineStart = at++;
                    }
                }
                case NAME -> {
                    at = Octets.skip(bytes, at, end, Octets.TOKEN);
                    if (at < end) {
                        if (bytes[at] != ':') {
                            return refuse(head, malformed);
                        }
                        head.nameEnd = at++;
                        expected = VALUE;
                    }
                }
                case VALUE -> {
                    at = Octets.skipValue(bytes, at, end);
                    if (at < end) {
                        if (bytes[at++] != '\r') {
                            return refuse(head, malformed);
                        }
                        expected = LINE_FEED;
                    }
                }
                case LINE_FEED -> {
                    if (bytes[at++] != '\n') {
                        return refuse(head, malformed);
                    }
                    enter(head, bytes, at);
                    expected = NEXT;
                }
                default -> {
                    if (bytes[at++] != '\n') {
                        return refuse(head, malformed);
                    }
                    head.scanned = at;
                    return true;
                }
            }
        }
        head.scanned = at;
        head.expected = expected;
        return false;
    }

    private static boolean refuse(Head head, ProxyError why) {
        head.error = why;
        return false;
    }

    private static void enter(Head head, byte[] bytes, int lineEnd) {
        int nameEnd = head.nameEnd;
        int valueStart = Octets.skipSpace(bytes, nameEnd + 1, lineEnd - 2);
        int valueEnd = Octets.trimSpace(bytes, valueStart, lineEnd - 2);
        HeaderName name = HeaderNames.known(bytes, head.lineStart, nameEnd);
        head.index(name, head.lineStart, nameEnd, valueStart, valueEnd, lineEnd);
    }
}
