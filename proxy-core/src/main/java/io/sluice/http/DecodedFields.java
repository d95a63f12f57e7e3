package io.sluice.http;

import io.netty.util.AsciiString;

/**
 * What a field that came decoded must look like before it may become a line of a head (RFC 9113 §8.2): what HTTP/2 can carry
 * and HTTP/1 would read as something else never gets that far. <em>Immutable.</em>
 */
final class DecodedFields {
    private DecodedFields() {}

    /** Whether it is a token without upper case letters (RFC 9113 §8.2.1); a pseudo-header's name is none. */
    static boolean name(AsciiString name) {
        byte[] bytes = name.array();
        int start = name.arrayOffset();
        int end = start + name.length();
        if (!Octets.all(bytes, start, end, Octets.TOKEN)) {
            return false;
        }
        for (int i = start; i < end; i++) {
            if (bytes[i] >= 'A' && bytes[i] <= 'Z') {
                return false;
            }
        }
        return true;
    }

    /** Whether it holds no control character but a tab, and no white space around it (RFC 9113 §8.2.1). */
    static boolean value(AsciiString value) {
        byte[] bytes = value.array();
        int start = value.arrayOffset();
        int end = start + value.length();
        return start == end
                || !Octets.isSpace(bytes[start])
                        && !Octets.isSpace(bytes[end - 1])
                        && Octets.skipValue(bytes, start, end) == end;
    }

    /** Whether a field concerns a connection, which no HTTP/2 message may speak of (RFC 9113 §8.2.2). */
    static boolean connectionSpecific(HeaderName name) {
        return switch (name) {
            case CONNECTION, KEEP_ALIVE, PROXY_CONNECTION, TRANSFER_ENCODING, UPGRADE -> true;
            default -> false;
        };
    }
}
