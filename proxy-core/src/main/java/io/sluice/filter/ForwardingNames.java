package io.sluice.filter;

import io.sluice.http.Ascii;
import io.sluice.http.Head;
import java.nio.charset.StandardCharsets;

/**
 * Field names that claim something about the client without being one of the names we write: other {@code X-Forwarded-…}
 * fields, and spellings with underscores, which many backends (CGI, WSGI) read as the name with hyphens.
 * <em>Immutable.</em> Allocates nothing.
 */
final class ForwardingNames {
    private static final byte[] FAMILY = "x-forwarded-".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] CERTIFICATE = "x-client-cert-".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] REAL_IP = "x-real-ip".getBytes(StandardCharsets.US_ASCII);

    /** What a name that is not well known has to do with forwarding. <em>Immutable.</em> */
    enum Kind {
        /** Nothing. */
        UNRELATED,
        /** A claim that a trusted proxy may make. */
        CLAIM,
        /** What only we say, of a certificate that we have verified. */
        OURS,
        /** A spelling nobody honest uses. */
        LOOK_ALIKE
    }

    private ForwardingNames() {}

    /** What field {@code i}, whose name is not well known, is. */
    static Kind kind(Head head, int i) {
        byte[] bytes = head.bytes();
        int start = head.nameStart(i);
        int end = head.nameEnd(i);
        if (Ascii.lower(bytes[start]) != 'x' || end - start < REAL_IP.length) {
            return Kind.UNRELATED;
        }
        if (Ascii.beginsLike(bytes, start, end, CERTIFICATE)) {
            return Kind.OURS;
        }
        boolean real = end - start == REAL_IP.length && Ascii.beginsLike(bytes, start, end, REAL_IP);
        if (!real && !Ascii.beginsLike(bytes, start, end, FAMILY)) {
            return Kind.UNRELATED;
        }
        for (int at = start; at < end; at++) {
            if (bytes[at] == '_') {
                return Kind.LOOK_ALIKE;
            }
        }
        return Kind.CLAIM;
    }
}
