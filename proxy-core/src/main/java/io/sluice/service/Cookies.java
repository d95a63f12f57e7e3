package io.sluice.service;

/** Finds cookies in the value of a Cookie field: {@code a=1; b=2} (RFC 6265 §4.2). <em>Immutable.</em> Allocates nothing. */
final class Cookies {
    private Cookies() {}

    /** The offset of the first byte of the value of the first cookie of this name, or -1. Names have a case. */
    static int value(byte[] bytes, int start, int end, byte[] name) {
        int at = start;
        while (at < end) {
            while (at < end && (bytes[at] == ' ' || bytes[at] == '\t')) {
                at++;
            }
            int next = at;
            while (next < end && bytes[next] != ';') {
                next++;
            }
            int equals = at + name.length;
            if (equals < next && bytes[equals] == '=' && matches(bytes, at, name)) {
                return equals + 1;
            }
            at = next + 1;
        }
        return -1;
    }

    private static boolean matches(byte[] bytes, int at, byte[] name) {
        for (int i = 0; i < name.length; i++) {
            if (bytes[at + i] != name[i]) {
                return false;
            }
        }
        return true;
    }

    /** The offset behind the value that begins at {@code at}, without white space behind it. */
    static int end(byte[] bytes, int at, int end) {
        int last = at;
        while (last < end && bytes[last] != ';') {
            last++;
        }
        while (last > at && (bytes[last - 1] == ' ' || bytes[last - 1] == '\t')) {
            last--;
        }
        return last;
    }
}
