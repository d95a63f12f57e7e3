package io.sluice.filter;

import io.sluice.http.Ascii;
import io.sluice.http.Head;
import io.sluice.http.HeaderName;
import java.nio.charset.StandardCharsets;

/**
 * Reads Via fields (RFC 9110 §7.6.3): comma-separated {@code protocol received-by (comment)}. <em>Immutable.</em>
 * Allocates nothing.
 */
final class Via {
    /** The name we write there instead of a host. */
    static final String PSEUDONYM = "sluice";

    private static final byte[] OURS = PSEUDONYM.getBytes(StandardCharsets.US_ASCII);

    private Via() {}

    /** How often a message passed a proxy of our name. What comments say does not count. */
    static int passages(Head head) {
        int passages = 0;
        for (int i = head.find(HeaderName.VIA); i >= 0; i = head.next(HeaderName.VIA, i + 1)) {
            passages += passages(head.bytes(), head.valueStart(i), head.valueEnd(i));
        }
        return passages;
    }

    private static int passages(byte[] bytes, int start, int end) {
        int passages = 0;
        int at = start;
        while (at < end) {
            int protocol = skipSpace(bytes, at, end);
            int receivedBy = skipSpace(bytes, wordEnd(bytes, protocol, end), end);
            int receivedByEnd = wordEnd(bytes, receivedBy, end);
            if (Ascii.equalsLowerCase(bytes, receivedBy, receivedByEnd, OURS)) {
                passages++;
            }
            at = elementEnd(bytes, receivedByEnd, end) + 1;
        }
        return passages;
    }

    private static int skipSpace(byte[] bytes, int from, int end) {
        int at = from;
        while (at < end && (bytes[at] == ' ' || bytes[at] == '\t')) {
            at++;
        }
        return at;
    }

    private static int wordEnd(byte[] bytes, int from, int end) {
        int at = from;
        while (at < end && bytes[at] != ' ' && bytes[at] != '\t' && bytes[at] != ',' && bytes[at] != '(') {
            at++;
        }
        return at;
    }

    /** The comma behind an element; one in a comment is not it. */
    private static int elementEnd(byte[] bytes, int from, int end) {
        int depth = 0;
        for (int at = from; at < end; at++) {
            switch (bytes[at]) {
                case '\\' -> at++;
                case '(' -> depth++;
                case ')' -> depth--;
                case ',' -> {
                    if (depth <= 0) {
                        return at;
                    }
                }
                default -> { }
            }
        }
        return end;
    }
}
