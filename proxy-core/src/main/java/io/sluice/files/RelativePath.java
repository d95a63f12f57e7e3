package io.sluice.files;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Reads a request's path as the name of a file below a root; what could mean anything else is no name. <em>Immutable.</em> */
final class RelativePath {
    private static final int NAME_BYTES_MAX = 255;
    private static final int BYTES_MAX = 4096 - NAME_BYTES_MAX;
    /** The one directory that begins with a dot and is meant for the public (RFC 8615 §3). */
    private static final String WELL_KNOWN = ".well-known";

    private RelativePath() {}

    /**
     * The name, percent-decoded, without a slash at its beginning; with one at its end, or empty, it is a directory's. Null
     * if it holds an encoded slash, a backslash, a control character, an empty segment, a segment that begins with a dot
     * (but for {@code .well-known}), what is no UTF-8, or more than a file system takes.
     *
     * @param start behind the slash that the root stands for
     */
    static String of(byte[] path, int start, int end) {
        if (start > end || end - start > BYTES_MAX) {
            return null;
        }
        byte[] name = new byte[end - start];
        int length = 0;
        for (int at = start; at < end; at++) {
            int octet = path[at] & 0xff;
            if (octet == '%') {
                octet = octet(path, at + 1, end);
                at += 2;
                if (octet == '/') {
                    return null;
                }
            }
            if (octet < ' ' || octet == 0x7f || octet == '\\') {
                return null;
            }
            name[length++] = (byte) octet;
        }
        return checked(text(name, length));
    }

    /** -1 if these are no two hexadecimal digits. */
    private static int octet(byte[] path, int at, int end) {
        if (end - at < 2) {
            return -1;
        }
        int high = Character.digit(path[at], 16);
        int low = Character.digit(path[at + 1], 16);
        return high < 0 || low < 0 ? -1 : high << 4 | low;
    }

    private static String text(byte[] name, int length) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(name, 0, length)).toString();
        } catch (CharacterCodingException _) {
            return null;
        }
    }

    private static String checked(String name) {
        if (name == null) {
            return null;
        }
        int start = 0;
        for (int slash = name.indexOf('/'); slash >= 0; slash = name.indexOf('/', start)) {
            if (!sound(name.substring(start, slash))) {
                return null;
            }
            start = slash + 1;
        }
        return start == name.length() || sound(name.substring(start)) ? name : null;
    }

    /** Whether a segment may name a file or directory that is shown to the public. */
    static boolean sound(String segment) {
        return !segment.isEmpty() && (segment.charAt(0) != '.' || segment.equals(WELL_KNOWN))
                && segment.getBytes(StandardCharsets.UTF_8).length <= NAME_BYTES_MAX;
    }
}
