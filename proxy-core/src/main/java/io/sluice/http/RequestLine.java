package io.sluice.http;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * Reads a request line, {@code method SP target SP HTTP/1.x CRLF} with exactly one space between (RFC 9112 §3), and the
 * empty lines before it (§2.2). <em>Immutable</em>: how far it came is in the head.
 */
final class RequestLine {
    /** Some clients send an empty line behind a request (RFC 9112 §2.2). */
    private static final int EMPTY_LINES_MAX = 2;
    private static final int METHOD_BYTES_MAX = 32;
    private static final int VERSION_BYTES = 8;

    private static final int START = 0;
    private static final int EMPTY_LINE_FEED = 1;
    private static final int METHOD = 2;
    private static final int TARGET = 3;
    private static final int VERSION = 4;

    /** {@code HTTP/1.1} as one word. */
    private static final long HTTP_1_1 = Octets.word("HTTP/1.1".getBytes(StandardCharsets.US_ASCII), 0);

    private RequestLine() {}

    /**
     * Skips empty lines, and returns whether the first octet of a method stands next. They are not kept: they are no part
     * of a request, and a client that sent nothing else has sent none.
     */
    static boolean begin(RequestHead head, ByteBuf in) {
        while (in.isReadable() && head.error == null) {
            byte b = in.getByte(in.readerIndex());
            if (head.expected == EMPTY_LINE_FEED && b == '\n') {
                head.expected = START;
                head.emptyLines++;
                in.skipBytes(1);
            } else if (head.expected == START && b == '\r' && head.emptyLines < EMPTY_LINES_MAX) {
                head.expected = EMPTY_LINE_FEED;
                in.skipBytes(1);
            } else if (head.expected == START && Octets.is(b, Octets.TOKEN)) {
                head.expected = METHOD;
                return true;
            } else {
                // A TLS handshake, HTTP/2 frames, noise: known at the first octet, not at a line's end that never comes.
                head.error = ProxyError.MALFORMED_REQUEST_LINE;
            }
        }
        return false;
    }

    /** Whether the first octet is still to come. */
    static boolean awaited(RequestHead head) {
        return head.expected < METHOD;
    }

    /** Reads on, and returns whether the line was read; if not, the head has an error or needs more bytes. */
    static boolean read(RequestHead head, int lineBytesMax) {
        byte[] bytes = head.bytes;
        int end = head.length;
        if (head.expected == METHOD) {
            method(head, bytes, end);
        }
        if (head.expected == TARGET) {
            target(head, bytes, end, lineBytesMax);
        }
        if (head.expected == VERSION) {
            version(head, bytes, end);
        }
        return head.expected >= FieldLines.NEXT && head.error == null;
    }

    private static void method(RequestHead head, byte[] bytes, int end) {
        int at = Octets.skip(bytes, head.scanned, Math.min(end, METHOD_BYTES_MAX + 1), Octets.TOKEN);
        head.scanned = at;
        if (at > METHOD_BYTES_MAX) {
            head.error = ProxyError.METHOD_TOO_LONG;
        } else if (at < end && bytes[at] != ' ') {
            head.error = ProxyError.MALFORMED_REQUEST_LINE;
        } else if (at < end) {
            head.methodEnd = at;
            head.method = Method.of(bytes, 0, at);
            head.pathStart = at + 1;
            head.scanned = at + 1;
            head.expected = TARGET;
        }
    }

    private static void target(RequestHead head, byte[] bytes, int end, int lineBytesMax) {
        int at = Octets.skip(bytes, head.scanned, end, Octets.TARGET);
        head.scanned = at;
        // What the line needs at least behind the target is counted too, so that it is refused as early as it can be.
        if (at > lineBytesMax - 1 - VERSION_BYTES) {
            head.error = ProxyError.TARGET_TOO_LONG;
        } else if (at < end && bytes[at] == ' ' && at > head.pathStart) {
            head.queryEnd = at;
            head.scanned = at + 1;
            head.expected = VERSION;
        } else if (at < end) {
            boolean separator = bytes[at] >= 0 && bytes[at] <= ' ';
            head.error = separator ? ProxyError.MALFORMED_REQUEST_LINE : ProxyError.INVALID_TARGET;
        }
    }

    private static void version(RequestHead head, byte[] bytes, int end) {
        int start = head.queryEnd + 1;
        int at = head.scanned;
        if (at == start && end - at >= VERSION_BYTES && Octets.word(bytes, at) == HTTP_1_1) {
            at += VERSION_BYTES;
        }
        while (at < end) {
            int position = at - start;
            if (!versionOctet(bytes[at++], position)) {
                head.error = ProxyError.MALFORMED_REQUEST_LINE;
                return;
            }
            if (position == VERSION_BYTES + 1) {
                head.scanned = at;
                over(head, bytes, start);
                return;
            }
        }
        head.scanned = at;
    }

    private static boolean versionOctet(byte b, int position) {
        return switch (position) {
            case 0, 1, 2, 3, 4, 6 -> b == "HTTP/ .".charAt(position);
            case 5, 7 -> Octets.is(b, Octets.DIGIT);
            case 8 -> b == '\r';
            default -> b == '\n';
        };
    }

    private static void over(RequestHead head, byte[] bytes, int version) {
        byte major = bytes[version + 5];
        if (major == '1') {
            head.minorVersion = bytes[version + 7] == '0' ? 0 : 1;
            head.expected = FieldLines.NEXT;
            head.error = Target.read(head);
        } else {
            // The preface of HTTP/2 comes here too: PRI * HTTP/2.0.
            head.error = major == '0' ? ProxyError.MALFORMED_REQUEST_LINE : ProxyError.UNSUPPORTED_VERSION;
        }
    }
}
