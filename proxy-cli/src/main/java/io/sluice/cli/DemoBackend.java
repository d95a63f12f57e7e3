package io.sluice.cli;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One of the demo's backends: a few answers, on a free port of the loopback address. <em>Thread-safe</em>: one virtual
 * thread accepts, one serves each connection. Ends by {@link #close}.
 */
final class DemoBackend implements AutoCloseable {
    /** How large {@code /download} is unless the query says otherwise. */
    static final long DOWNLOAD_BYTES = 100L << 20;

    private static final long DOWNLOAD_BYTES_MAX = 100L << 30;
    private static final long SLOW_MILLIS = 1000;
    private static final long SLOW_MILLIS_MAX = 600_000;
    private static final long ACCEPT_PAUSE_MILLIS = 20;
    private static final int BLOCK_BYTES = 64 * 1024;

    private final String name;
    private final ServerSocket listening;
    private final Thread accepting;
    private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
    private final AtomicLong served = new AtomicLong();

    private DemoBackend(String name, ServerSocket listening) {
        this.name = name;
        this.listening = listening;
        this.accepting = Thread.ofVirtual().name("demo-" + name).unstarted(this::accept);
    }

    /**
     * Starts one.
     *
     * @param name what it calls itself in its answers; needs no escaping in JSON
     */
    static DemoBackend start(String name) throws IOException {
        ServerSocket listening = new ServerSocket(0, 1024, InetAddress.getLoopbackAddress());
        DemoBackend backend = new DemoBackend(name, listening);
        backend.accepting.start();
        return backend;
    }

    /** Where it accepts. */
    InetSocketAddress address() {
        return (InetSocketAddress) listening.getLocalSocketAddress();
    }

    /** Requests received so far. */
    long served() {
        return served.get();
    }

    private void accept() {
        try {
            while (!listening.isClosed()) {
                Socket connection = acceptOne();
                if (connection != null) {
                    connections.add(connection);
                    Thread.ofVirtual().start(() -> serve(connection));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Null if there is none now. */
    private Socket acceptOne() throws InterruptedException {
        try {
            return listening.accept();
        } catch (IOException e) {
            if (!listening.isClosed()) {
                // Out of descriptors: trying again at once would only burn the processor.
                Thread.sleep(ACCEPT_PAUSE_MILLIS);
            }
            return null;
        }
    }

    private void serve(Socket connection) {
        try (connection) {
            // Answers are written whole; waiting for more to send (Nagle) would only delay their end.
            connection.setTcpNoDelay(true);
            BufferedInputStream in = new BufferedInputStream(connection.getInputStream());
            OutputStream out = connection.getOutputStream();
            boolean open = !listening.isClosed();
            while (open) {
                DemoRequest request = DemoRequest.read(in, out);
                if (request == null) {
                    return;
                }
                served.incrementAndGet();
                answer(request, out);
                open = request.keepsAlive() && !listening.isClosed();
            }
        } catch (IOException e) {
            // The proxy left, or the demo ends: there is nobody to tell.
            return;
        } finally {
            connections.remove(connection);
        }
    }

    private void answer(DemoRequest request, OutputStream out) throws IOException {
        switch (request.path()) {
            case "/" -> text(request, out, "200 OK", "{\"backend\": \"" + name + "\", \"message\": \"Hello!\"}\n");
            case "/echo" -> text(request, out, "200 OK", echo(request));
            case "/slow" -> {
                long millis = request.query("ms", SLOW_MILLIS, SLOW_MILLIS_MAX);
                pause(millis);
                text(request, out, "200 OK", "{\"backend\": \"" + name + "\", \"sleptMillis\": " + millis + "}\n");
            }
            case "/download" -> download(request, out, request.query("bytes", DOWNLOAD_BYTES, DOWNLOAD_BYTES_MAX));
            default -> text(request, out, "404 Not Found", "{\"backend\": \"" + name + "\", \"error\": \"no such page\"}\n");
        }
    }

    private static void pause(long millis) throws IOException {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private static void text(DemoRequest request, OutputStream out, String status, String json) throws IOException {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        byte[] head = head(request, status, "application/json", body.length);
        // HEAD gets the same head and no body (RFC 9110 §9.3.2).
        int bodyBytes = request.method().equals("HEAD") ? 0 : body.length;
        byte[] whole = Arrays.copyOf(head, head.length + bodyBytes);
        System.arraycopy(body, 0, whole, head.length, bodyBytes);
        out.write(whole);
    }

    private static void download(DemoRequest request, OutputStream out, long bytes) throws IOException {
        out.write(head(request, "200 OK", "application/octet-stream", bytes));
        byte[] block = new byte[BLOCK_BYTES];
        Arrays.fill(block, (byte) '.');
        for (long left = request.method().equals("HEAD") ? 0 : bytes; left > 0; left -= BLOCK_BYTES) {
            out.write(block, 0, (int) Math.min(left, BLOCK_BYTES));
        }
    }

    private static byte[] head(DemoRequest request, String status, String type, long bytes) {
        String head = "HTTP/1.1 " + status + "\r\nContent-Type: " + type + "\r\nContent-Length: " + bytes + "\r\n"
                + (request.keepsAlive() ? "" : "Connection: close\r\n") + "\r\n";
        return head.getBytes(StandardCharsets.US_ASCII);
    }

    private String echo(DemoRequest request) {
        StringBuilder json = new StringBuilder(512);
        json.append("{\n  \"backend\": ").append(quoted(name));
        json.append(",\n  \"method\": ").append(quoted(request.method()));
        json.append(",\n  \"target\": ").append(quoted(request.target()));
        json.append(",\n  \"version\": ").append(quoted(request.version()));
        json.append(",\n  \"headers\": [");
        String separator = "\n    ";
        for (String field : request.fields()) {
            json.append(separator).append(quoted(field));
            separator = ",\n    ";
        }
        json.append("\n  ],\n  \"bodyBytes\": ").append(request.bodyBytes()).append("\n}\n");
        return json.toString();
    }

    private static String quoted(String text) {
        StringBuilder json = new StringBuilder(text.length() + 2).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c < ' ' || c > '~') {
                json.append(String.format("\\u%04x", (int) c));
            } else {
                json.append(c);
            }
        }
        return json.append('"').toString();
    }

    /**
     * Stops accepting and closes every connection; the port is free when this returns. Idempotent. If the calling
     * thread is interrupted it returns at once, and the port may stay taken for a moment.
     */
    @Override
    public void close() {
        closeQuietly(listening);
        try {
            // The descriptor lives until the thread that waits in accept has left it.
            accepting.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        connections.forEach(DemoBackend::closeQuietly);
    }

    private static void closeQuietly(AutoCloseable socket) {
        try {
            socket.close();
        } catch (Exception e) {
            // It is gone either way.
            return;
        }
    }
}
