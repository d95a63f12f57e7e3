package io.sluice.tracing;

import io.sluice.http.Method;
import io.sluice.http.Peer;
import io.sluice.http.RequestHead;
import java.net.InetAddress;

/**
 * What the span of a recorded exchange tells of its request, beyond what its record does: never a query, never a field but
 * Host. <em>Immutable.</em>
 *
 * @param method        the method as received; null where it is a well-known one
 * @param path          the path as received, without a query, cut off behind {@value #PATH_MAX} characters; empty where
 *                      the request could not be read
 * @param forwarded     the same as backends see it
 * @param host          what Host says, without a port; the address called, where it says nothing
 * @param port          the port of that
 * @param client        the client's address: the socket's, or what trusted proxies say
 * @param peer          the socket's
 * @param secure        whether the client's connection is encrypted
 */
public record TracedRequest(
        String method, String path, String forwarded, String host, int port, String client, String peer, boolean secure) {
    static final int PATH_MAX = 1024;
    private static final int HOST_MAX = 255;

    /**
     * Takes it out of a head, which may be one that was refused.
     *
     * @param client the client's address, as far as trusted proxies tell
     */
    public static TracedRequest of(RequestHead head, Peer peer, InetAddress client) {
        boolean readable = head.error() == null;
        String host = readable ? text(head, head.hostStart(), head.hostEnd(), HOST_MAX) : "";
        boolean known = !host.isEmpty();
        String path = readable ? text(head, head.pathStart(), head.pathEnd(), PATH_MAX) : "";
        boolean replaced = head.forwardedPathStart() != head.pathStart() || head.forwardedPathEnd() != head.pathEnd();
        return new TracedRequest(
                head.method() == Method.OTHER && readable ? text(head, head.methodStart(), head.methodEnd(), HOST_MAX) : null,
                path,
                readable && replaced ? text(head, head.forwardedPathStart(), head.forwardedPathEnd(), PATH_MAX) : path,
                known ? host : peer.local().getAddress().getHostAddress(),
                known ? port(head, peer.secure() ? 443 : 80) : peer.local().getPort(),
                client.getHostAddress(),
                peer.addressText(),
                peer.secure());
    }

    private static String text(RequestHead head, int start, int end, int max) {
        return end > start ? head.text(start, Math.min(end, start + max)) : "";
    }

    /** The port behind the host, which the head's check has found to be one. */
    private static int port(RequestHead head, int otherwise) {
        byte[] bytes = head.bytes();
        int at = head.hostEnd();
        if (at >= head.length() || bytes[at] != ':') {
            return otherwise;
        }
        int port = 0;
        int digits = 0;
        for (at++; at < head.length() && bytes[at] >= '0' && bytes[at] <= '9' && digits < 5; at++) {
            port = port * 10 + bytes[at] - '0';
            digits++;
        }
        return digits == 0 ? otherwise : port;
    }
}
