package io.sluice.cli;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/**
 * Requests of the common kinds, over real sockets, one after the other. <em>Loop-confined</em> to the thread that runs it.
 */
final class TrainingLoad implements Runnable {
    /**
     * A request and how it is answered.
     *
     * @param text      as sent
     * @param status    of the answer
     * @param bodyless  whether the answer has no body in spite of its Content-Length (HEAD)
     * @param closes    whether the connection is over after it
     */
    record Kind(String text, int status, boolean bodyless, boolean closes) {
        private static Kind of(String line, String rest) {
            return new Kind(line + " HTTP/1.1\r\nHost: train.example\r\n" + rest, 200, false, false);
        }
    }

    private static final String FIELDS = "User-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\nAccept: */*\r\n"
            + "Accept-Encoding: gzip, br\r\nAccept-Language: en\r\nCookie: a=1; b=2\r\n\r\n";

    /** In the mix that they are sent in: mostly small answers. */
    static final List<Kind> KINDS = List.of(
            Kind.of("GET /", "\r\n"),
            Kind.of("GET /?page=2", FIELDS),
            Kind.of("GET /echo", "Connection: keep-alive, X-Hop\r\nX-Hop: 1\r\nX-Forwarded-For: 192.0.2.1\r\n" + FIELDS),
            Kind.of("POST /echo", "Content-Length: 9\r\n\r\nsome text"),
            Kind.of("GET /", FIELDS),
            Kind.of("PUT /echo", "Transfer-Encoding: chunked\r\n\r\n5\r\nsome \r\n4\r\ntext\r\n0\r\n\r\n"),
            Kind.of("GET /download?bytes=1024", FIELDS),
            Kind.of("GET /download?bytes=65536", FIELDS),
            Kind.of("GET /slow?ms=0", FIELDS),
            new Kind("HEAD / HTTP/1.1\r\nHost: train.example\r\n\r\n", 200, true, false),
            new Kind("GET /missing HTTP/1.1\r\nHost: train.example\r\n\r\n", 404, false, false),
            Kind.of("GET /download?bytes=1048576", FIELDS),
            Kind.of("GET /tls/download?bytes=1024", FIELDS),
            Kind.of("POST /tls/echo", "Content-Length: 9\r\n\r\nsome text"),
            Kind.of("GET /tls/download?bytes=262144", FIELDS),
            Kind.of("GET /h2/download?bytes=1024", FIELDS),
            Kind.of("POST /h2/echo", "Transfer-Encoding: chunked\r\n\r\n5\r\nsome \r\n4\r\ntext\r\n0\r\n\r\n"),
            Kind.of("GET /h2/download?bytes=262144", FIELDS),
            new Kind("GET / HTTP/1.1\r\nHost: train.example\r\nConnection: close\r\n\r\n", 200, false, true),
            new Kind("GET / HTTP/1.1\r\nHost: train.example\r\nHost: other.example\r\n\r\n", 400, false, true));

    /** Answers long enough to be spliced. */
    static final List<Kind> LARGE_KINDS = List.of(
            Kind.of("GET /download?bytes=1048576", FIELDS), Kind.of("GET /download?bytes=262144", FIELDS));

    private final InetSocketAddress proxy;
    private final List<Kind> kinds;
    private final int requests;
    private final long endNanos;

    /**
     * Creates it.
     *
     * @param proxy    where to send to
     * @param kinds    what to send, again and again
     * @param requests how many to send
     * @param endNanos {@link System#nanoTime} at which it ends even if it has not sent them all
     */
    TrainingLoad(InetSocketAddress proxy, List<Kind> kinds, int requests, long endNanos) {
        this.proxy = proxy;
        this.kinds = kinds;
        this.requests = requests;
        this.endNanos = endNanos;
    }

    /**
     * Sends them.
     *
     * @throws IllegalStateException if an answer is not the expected one: what is trained would not be the usual path
     */
    @Override
    public void run() {
        int sent = 0;
        try {
            while (sent < requests && System.nanoTime() - endNanos < 0) {
                sent += untilClosed(sent);
            }
        } catch (IOException e) {
            throw new IllegalStateException("request " + sent + " failed", e);
        }
    }

    private int untilClosed(int first) throws IOException {
        try (Socket socket = new Socket(proxy.getAddress(), proxy.getPort())) {
            socket.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(socket.getInputStream());
            for (int next = first; ; next++) {
                Kind kind = kinds.get(next % kinds.size());
                socket.getOutputStream().write(kind.text.getBytes(StandardCharsets.US_ASCII));
                readAnswer(in, kind);
                if (kind.closes || next + 1 == requests || System.nanoTime() - endNanos >= 0) {
                    return next + 1 - first;
                }
            }
        }
    }

    private static void readAnswer(InputStream in, Kind kind) throws IOException {
        String status = line(in);
        if (!status.startsWith("HTTP/1.1 " + kind.status + " ")) {
            throw new IOException("expected " + kind.status + ", got " + status + ", for " + kind.text);
        }
        long bytes = 0;
        for (String field = line(in); !field.isEmpty(); field = line(in)) {
            if (field.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
                bytes = Long.parseLong(field.substring("content-length:".length()).strip());
            }
        }
        in.skipNBytes(kind.bodyless ? 0 : bytes);
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int octet = in.read(); octet != '\n'; octet = in.read()) {
            if (octet < 0) {
                throw new IOException("the connection ended within an answer");
            }
            if (octet != '\r') {
                line.append((char) octet);
            }
        }
        return line.toString();
    }
}
