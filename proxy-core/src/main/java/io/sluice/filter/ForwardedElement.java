package io.sluice.filter;

import io.sluice.http.Peer;
import io.sluice.http.RequestHead;

/**
 * Writes our element of a Forwarded field (RFC 7239 §4): {@code for=192.0.2.1;proto=https;host=example.com}. IPv6
 * addresses are bracketed and quoted (§6), and so is a host that is no token, such as one with a port.
 * <em>Immutable.</em>
 */
final class ForwardedElement {
    private static final String TOKEN_MARKS = "!#$%&'*+-.^_`|~";

    private ForwardedElement() {}

    /**
     * The element.
     *
     * @param address the client's, without a zone
     * @param hostStart of the host as received, with its port; equal to the end where there is none
     */
    static String of(String address, Peer peer, RequestHead head, int hostStart, int hostEnd) {
        StringBuilder to = new StringBuilder(64);
        if (address.indexOf(':') >= 0) {
            to.append("for=\"[").append(address).append("]\"");
        } else {
            to.append("for=").append(address);
        }
        to.append(peer.secure() ? ";proto=https" : ";proto=http");
        if (hostEnd > hostStart) {
            to.append(";host=");
            appendValue(head.bytes(), hostStart, hostEnd, to);
        }
        return to.toString();
    }

    private static void appendValue(byte[] bytes, int start, int end, StringBuilder to) {
        boolean token = true;
        for (int i = start; i < end; i++) {
            token &= isTokenCharacter(bytes[i]);
        }
        if (!token) {
            to.append('"');
        }
        for (int i = start; i < end; i++) {
            if (bytes[i] == '"' || bytes[i] == '\\') {
                to.append('\\');
            }
            to.append((char) (bytes[i] & 0xff));
        }
        if (!token) {
            to.append('"');
        }
    }

    // RFC 9110 §5.6.2.
    private static boolean isTokenCharacter(byte b) {
        return b >= '0' && b <= '9' || b >= 'A' && b <= 'Z' || b >= 'a' && b <= 'z' || TOKEN_MARKS.indexOf(b) >= 0;
    }
}
