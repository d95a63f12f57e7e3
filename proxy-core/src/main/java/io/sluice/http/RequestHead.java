package io.sluice.http;

/**
 * The head of a request. <em>Loop-confined.</em> Filled by {@link HeadParser#parseRequest}; afterwards valid by
 * RFC 9112 §3–§6: one Host (or none from HTTP/1.0), one way to read its framing.
 *
 * <p>The target is kept in origin form, or {@code *} for OPTIONS; of an absolute form the authority replaced Host (RFC
 * 9112 §3.2.2). {@link #path(byte[])} replaces what is forwarded; what was received stays readable.
 */
public final class RequestHead extends Head {
    /** Empty lines that were skipped before it. */
    int emptyLines;
    Method method = Method.OTHER;
    int methodStart;
    int methodEnd;
    int pathStart;
    int pathEnd;
    int queryEnd;
    int hostStart;
    int hostEnd;
    /** Behind the authority of an absolute-form target; 0 for the other forms. */
    int authorityEnd;
    boolean plainPath;
    boolean expectsContinue;
    boolean http2;
    boolean extendedConnect;
    private int forwardedPathStart = -1;
    private int forwardedPathEnd;
    private boolean forwardedUnsized;

    /** Makes an empty head. */
    public RequestHead() {}

    @Override
    public void clear() {
        super.clear();
        emptyLines = 0;
        method = Method.OTHER;
        methodStart = 0;
        methodEnd = 0;
        pathStart = 0;
        pathEnd = 0;
        queryEnd = 0;
        hostStart = 0;
        hostEnd = 0;
        authorityEnd = 0;
        plainPath = false;
        expectsContinue = false;
        http2 = false;
        extendedConnect = false;
        forwardedPathStart = -1;
        forwardedPathEnd = 0;
        forwardedUnsized = false;
    }

    /** The method. */
    public Method method() {
        return method;
    }

    /** Offset of the method's first byte. */
    public int methodStart() {
        return methodStart;
    }

    /** Offset behind the method's last byte. */
    public int methodEnd() {
        return methodEnd;
    }

    /** Offset of the received path's first byte: a slash, or the {@code *} of OPTIONS. */
    public int pathStart() {
        return pathStart;
    }

    /** Offset behind the received path's last byte, where a {@code ?} stands or the target ends. */
    public int pathEnd() {
        return pathEnd;
    }

    /** Offset behind the target's last byte; equal to {@link #pathEnd()} without a query. */
    public int queryEnd() {
        return queryEnd;
    }

    /** Whether the path holds no percent sign, backslash, dot segment or empty segment: it has one reading only. */
    public boolean plainPath() {
        return plainPath;
    }

    /** Offset of the host's first byte, without a port; equal to {@link #hostEnd()} where HTTP/1.0 sent none. */
    public int hostStart() {
        return hostStart;
    }

    /** Offset behind the host's last byte, without a port; the brackets of an IPv6 literal belong to it. */
    public int hostEnd() {
        return hostEnd;
    }

    /** Whether the client waits for a 100 before it sends the body (RFC 9110 §10.1.1); never for HTTP/1.0. */
    public boolean expectsContinue() {
        return expectsContinue;
    }

    /** Whether the client speaks HTTP/2; else {@link #http10} tells which HTTP/1. */
    public boolean http2() {
        return http2;
    }

    /**
     * Whether it was an extended CONNECT (RFC 8441). It reads as the upgrade of HTTP/1.1 that means the same, which has no body:
     * what its stream carries belongs to the tunnel.
     */
    public boolean extendedConnect() {
        return extendedConnect;
    }

    /** Offset of the path to forward: the received one, or its replacement. */
    public int forwardedPathStart() {
        return forwardedPathStart < 0 ? pathStart : forwardedPathStart;
    }

    /** Offset behind the path to forward. */
    public int forwardedPathEnd() {
        return forwardedPathStart < 0 ? pathEnd : forwardedPathEnd;
    }

    /** The body becomes another one here, whose length only its end will tell; what was received stays readable. */
    public void forwardUnsized() {
        forwardedUnsized = true;
    }

    /** The length to announce of a body over HTTP/2; -1 where none is known. */
    public long forwardedLength() {
        return forwardedUnsized ? -1 : contentLength;
    }

    /**
     * Replaces the path that is forwarded; the query stays.
     *
     * @param path begins with a slash and holds visible ASCII only, without {@code ?} and {@code #}
     */
    public void path(byte[] path) {
        int start = reserve(path.length);
        System.arraycopy(path, 0, bytes, start, path.length);
        length += path.length;
        forwardedPathStart = start;
        forwardedPathEnd = length;
    }

    /**
     * Forwards another part of this head's bytes as the path, as where a prefix is taken off; the query stays. Allocates
     * nothing.
     *
     * @param start where a slash stands
     * @param end   not behind the end of the path that was forwarded before
     */
    public void path(int start, int end) {
        forwardedPathStart = start;
        forwardedPathEnd = end;
    }

    /** The method as text. */
    public String methodText() {
        return method == Method.OTHER ? text(methodStart, methodEnd) : method.name();
    }

    /** The received path as text. Allocates. */
    public String pathText() {
        return text(pathStart, pathEnd);
    }

    /** The host as text, without a port; empty where there is none. Allocates. */
    public String hostText() {
        return text(hostStart, hostEnd);
    }
}
