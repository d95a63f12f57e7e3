package io.sluice.bench;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.CRC32C;

/**
 * A backend that answers as it is asked to: {@code /SERVICE/MANNER/OFFSET/SIZE}. It tells the checksum of every body that
 * it received.
 *
 * <p><em>Thread-safe.</em> <em>Ends</em> by {@link #close()}, which closes its connections too.
 */
final class SoakBackend implements AutoCloseable {
    static final String CHECKSUM = "X-Body-Crc32c";

    private final ServerSocket listener;
    private final Set<Socket> connections = ConcurrentHashMap.newKeySet();

    SoakBackend() {
        try {
            listener = new ServerSocket(0, 4096, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().name("soak-backend").start(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket connection = listener.accept();
                connections.add(connection);
                Thread.ofVirtual().start(() -> serve(connection));
            } catch (IOException e) {
                // Closed, or too many descriptors for a moment: the loop's condition tells which.
                Thread.yield();
            }
        }
    }

    private void serve(Socket connection) {
        try (connection) {
            connection.setTcpNoDelay(true);
            WireReader reader = new WireReader(connection.getInputStream());
            OutputStream out = new BufferedOutputStream(connection.getOutputStream(), 16 << 10);
            boolean kept = true;
            while (kept) {
                WireHead head = reader.head();
                BackendManner manner = head == null ? BackendManner.MUTE : answer(head, reader, out);
                out.flush();
                if (manner == BackendManner.RESET || manner == BackendManner.MUTE_RESET) {
                    connection.setSoLinger(true, 0);
                }
                kept = manner == BackendManner.LENGTH || manner == BackendManner.CHUNKED;
            }
        } catch (IOException e) {
            // Clients that leave are part of the soak; the proxy then leaves us.
        } finally {
            connections.remove(connection);
        }
    }

    /** Answers one request as it asks to be answered; how that was. */
    private static BackendManner answer(WireHead head, WireReader reader, OutputStream out) throws IOException {
        String[] words = head.secondWord().split("/");
        BackendManner manner = BackendManner.of(words[2]);
        Payload payload = new Payload(Integer.parseInt(words[3]), Integer.parseInt(words[4]));
        if (manner == BackendManner.EARLY) {
            whole(out, payload, "Connection: close\r\n");
            return manner;
        }
        CRC32C crc = new CRC32C();
        if (head.chunked()) {
            reader.chunks(crc::update);
        } else {
            reader.length(Math.max(0, head.contentLength()), crc::update);
        }
        String field = CHECKSUM + ": " + Payload.written(crc) + "\r\n";
        switch (manner) {
            case LENGTH -> whole(out, payload, field);
            case CHUNKED -> chunked(out, payload, field, payload.size());
            case UNTIL_CLOSE -> untilClose(out, payload, field);
            case CUT_LENGTH, RESET -> half(out, payload, field);
            case CUT_CHUNKED -> chunked(out, payload, field, payload.size() / 2);
            case HANG_UP -> whole(out, payload, field);
            case MUTE, MUTE_RESET, EARLY -> { }
        }
        return manner;
    }

    private static void whole(OutputStream out, Payload payload, String fields) throws IOException {
        head(out, payload, "Content-Length: " + payload.size() + "\r\n" + fields);
        out.write(Payload.bytes(), payload.offset(), payload.size());
    }

    private static void half(OutputStream out, Payload payload, String fields) throws IOException {
        head(out, payload, "Content-Length: " + payload.size() + "\r\n" + fields);
        out.write(Payload.bytes(), payload.offset(), payload.size() / 2);
    }

    private static void untilClose(OutputStream out, Payload payload, String fields) throws IOException {
        head(out, payload, "Connection: close\r\n" + fields);
        out.write(Payload.bytes(), payload.offset(), payload.size());
    }

    /** So many bytes in chunks; without the last chunk if that isn't all. */
    private static void chunked(OutputStream out, Payload payload, String fields, int count) throws IOException {
        head(out, payload, "Transfer-Encoding: chunked\r\n" + fields);
        SoakChunks.write(out, payload, count);
        if (count == payload.size()) {
            SoakChunks.end(out, CHECKSUM + "-Sent: " + payload.checksum() + "\r\n");
        }
    }

    private static void head(OutputStream out, Payload payload, String fields) throws IOException {
        out.write(("HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n" + fields + "\r\n")
                .getBytes(StandardCharsets.ISO_8859_1));
        if (payload.offset() % 4 == 0) {
            // A head that arrives alone is another road through the proxy than one with its body.
            out.flush();
        }
    }

    @Override
    public void close() {
        try {
            listener.close();
            for (Socket connection : connections) {
                connection.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
