package io.sluice.route;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The other ways in which a backend may read a path than byte for byte: (a) percent-encoded unreserved characters decoded,
 * dot segments removed, repeated slashes merged (RFC 3986 §6.2.2); (b) the same also with {@code %2F} and {@code %5C}
 * decoded, {@code \} read as a slash, and {@code ..;x} read as the dot segment that servlet containers see in it. Of each
 * there are two, since some merge slashes before they remove dot segments and some after: {@code /a//../b} is {@code /a/b}
 * to these and {@code /b} to those. <em>Immutable.</em>
 */
final class PathReadings {
    private static final List<byte[]> NONE = List.of();
    private static final List<Reader> READERS = List.of(Reader.values());

    private PathReadings() {}

    /** What a reader takes for a slash or for a dot segment. */
    private enum Reader {
        /** What RFC 3986 does. */
        STRICT,
        /** Encoded slashes and backslashes too, and dot segments with parameters. */
        LENIENT
    }

    /** Whether a path without percent signs, backslashes, dot segments and empty segments has one reading only. */
    static boolean single(byte[] bytes, int start, int end) {
        for (int i = start + 1; i < end; i++) {
            if (bytes[i] == ';' && bytes[i - 1] == '.') {
                return false;
            }
        }
        return true;
    }

    /** The readings that differ from the path as it stands. What begins with no slash has none. */
    static List<byte[]> of(byte[] bytes, int start, int end) {
        if (start == end || bytes[start] != '/') {
            return NONE;
        }
        List<byte[]> readings = new ArrayList<>(4);
        byte[] received = Arrays.copyOfRange(bytes, start, end);
        for (Reader reader : READERS) {
            byte[] decoded = decode(received, reader);
            addNew(readings, received, withoutRepeatedSlashes(withoutDotSegments(decoded, reader)));
            addNew(readings, received, withoutDotSegments(withoutRepeatedSlashes(decoded), reader));
        }
        return readings;
    }

    private static void addNew(List<byte[]> readings, byte[] received, byte[] reading) {
        if (!Arrays.equals(reading, received)) {
            readings.add(reading);
        }
    }

    private static byte[] decode(byte[] path, Reader reader) {
        boolean slashes = reader == Reader.LENIENT;
        byte[] out = new byte[path.length];
        int length = 0;
        for (int at = 0; at < path.length; at++) {
            int octet = PercentEncoding.octet(path, at, path.length);
            byte b = path[at];
            if (octet >= 0 && (unreserved(octet) || slashes && (octet == '/' || octet == '\\'))) {
                b = (byte) octet;
                at += 2;
            }
            out[length++] = slashes && b == '\\' ? (byte) '/' : b;
        }
        return Arrays.copyOf(out, length);
    }

    // RFC 3986 §2.3.
    private static boolean unreserved(int octet) {
        return octet >= 'a' && octet <= 'z' || octet >= 'A' && octet <= 'Z' || octet >= '0' && octet <= '9'
                || octet == '-' || octet == '.' || octet == '_' || octet == '~';
    }

    private static byte[] withoutRepeatedSlashes(byte[] path) {
        byte[] out = new byte[path.length];
        int length = 0;
        for (byte b : path) {
            if (b != '/' || length == 0 || out[length - 1] != '/') {
                out[length++] = b;
            }
        }
        return Arrays.copyOf(out, length);
    }

    /** RFC 3986 §5.2.4: a dot segment at the end leaves its slash, and nothing goes above the root. */
    private static byte[] withoutDotSegments(byte[] path, Reader reader) {
        byte[] out = new byte[path.length + 1];
        int length = 0;
        int at = 0;
        while (at < path.length) {
            int end = at + 1;
            while (end < path.length && path[end] != '/') {
                end++;
            }
            int dots = dots(path, at + 1, end, reader);
            if (dots == 0) {
                System.arraycopy(path, at, out, length, end - at);
                length += end - at;
            } else {
                length = dots == 2 ? parent(out, length) : length;
                if (end == path.length) {
                    out[length++] = '/';
                }
            }
            at = end;
        }
        return Arrays.copyOf(out, length);
    }

    /** 1 or 2 for a dot segment, else 0. */
    private static int dots(byte[] path, int start, int end, Reader reader) {
        int at = start;
        while (at < end && path[at] == '.') {
            at++;
        }
        boolean whole = at == end || reader == Reader.LENIENT && path[at] == ';';
        return whole && at - start <= 2 ? at - start : 0;
    }

    private static int parent(byte[] out, int length) {
        int at = length;
        while (at > 0 && out[at - 1] != '/') {
            at--;
        }
        return Math.max(0, at - 1);
    }
}
