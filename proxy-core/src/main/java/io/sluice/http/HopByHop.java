package io.sluice.http;

/** Drops the fields that concern one connection only (RFC 9110 §7.6.1). <em>Immutable.</em> */
public final class HopByHop {
    private HopByHop() {}

    /** Drops Connection, the fields it names, and those that are hop-by-hop by their nature. Allocates nothing. */
    public static void strip(Head head) {
        for (int i = 0; i < head.count(); i++) {
            HeaderName name = head.name(i);
            if (name.hopByHop()) {
                if (name == HeaderName.CONNECTION) {
                    stripNamed(head, head.valueStart(i), head.valueEnd(i));
                }
                head.drop(i);
            }
        }
    }

    private static void stripNamed(Head head, int start, int end) {
        byte[] bytes = head.bytes();
        int at = start;
        while (at < end) {
            int tokenEnd = at;
            while (tokenEnd < end && bytes[tokenEnd] != ',' && bytes[tokenEnd] != ' ' && bytes[tokenEnd] != '\t') {
                tokenEnd++;
            }
            if (tokenEnd > at) {
                dropNamed(head, at, tokenEnd);
            }
            at = tokenEnd + 1;
        }
    }

    private static void dropNamed(Head head, int start, int end) {
        HeaderName named = HeaderNames.known(head.bytes, start, end);
        if (named == HeaderName.OTHER) {
            for (int i = 0; i < head.count(); i++) {
                if (head.name(i) == HeaderName.OTHER && sameName(head, i, start, end)) {
                    head.drop(i);
                }
            }
        } else if (!reliedOn(named)) {
            head.dropAll(named);
        }
    }

    /** Kept although a Connection field names it: we and the backend rely on it. */
    private static boolean reliedOn(HeaderName name) {
        return switch (name) {
            case HOST, CONTENT_LENGTH, TRANSFER_ENCODING, VIA, FORWARDED, X_FORWARDED_FOR, X_FORWARDED_PROTO,
                    X_FORWARDED_HOST, X_FORWARDED_PORT, X_REAL_IP -> true;
            default -> false;
        };
    }

    private static boolean sameName(Head head, int field, int start, int end) {
        int name = head.nameStart(field);
        if (head.nameEnd(field) - name != end - start) {
            return false;
        }
        byte[] bytes = head.bytes();
        for (int i = 0; i < end - start; i++) {
            if (Ascii.lower(bytes[name + i]) != Ascii.lower(bytes[start + i])) {
                return false;
            }
        }
        return true;
    }
}
