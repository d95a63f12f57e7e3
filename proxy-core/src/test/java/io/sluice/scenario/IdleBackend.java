package io.sluice.scenario;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A backend that answers POSTs of {@link #BODY}, and bears no connection that is idle for long. <em>Thread-safe.</em> */
final class IdleBackend implements AutoCloseable {
    /** What every request must bring. */
    static final String BODY = "order";

    /** What it does with a connection that has been idle for its time. */
    enum Manner {
        /** Closes it; what comes while the close is under way is lost. */
        CLOSES,
        /** Says nothing, but resets it at the next request, as a firewall does that forgot it. */
        FORGETS
    }

    private final ServerSocket server = new ServerSocket();
    private final Manner manner;
    private final Duration idle;
    private final Duration underWay;
    private final String field;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    /**
     * Starts it.
     *
     * @param idle     how long it bears an idle connection
     * @param underWay how long a close takes to reach the proxy: as on a network, or where the backend is busy
     * @param field    a field of every response, with its CRLF; may be empty
     */
    IdleBackend(Manner manner, Duration idle, Duration underWay, String field) throws IOException {
        this.manner = manner;
        this.idle = idle;
        this.underWay = underWay;
        this.field = field;
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1000);
        Thread.ofVirtual().start(this::accept);
    }

    /** Where it listens, as written in a configuration. */
    String address() {
        return server.getInetAddress().getHostAddress() + ":" + server.getLocalPort();
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = server.accept();
                open.add(socket);
                Thread.ofVirtual().start(() -> serve(socket));
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            byte[] answer = ("HTTP/1.1 200 OK\r\n" + field + "Content-Length: 2\r\n\r\nok").getBytes(StandardCharsets.US_ASCII);
            socket.setTcpNoDelay(true);
            while (request(socket)) {
                socket.getOutputStream().write(answer);
            }
        } catch (IOException e) {
            // The proxy ended it.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(socket);
        }
    }

    /** Whether one came that is to be answered. */
    private boolean request(Socket socket) throws IOException, InterruptedException {
        InputStream in = socket.getInputStream();
        StringBuilder request = new StringBuilder();
        long since = System.nanoTime();
        socket.setSoTimeout(manner == Manner.CLOSES ? (int) idle.toMillis() : 0);
        byte[] bytes = new byte[4096];
        while (!request.toString().endsWith("\r\n\r\n" + BODY)) {
            int read;
            try {
                read = in.read(bytes);
            } catch (SocketTimeoutException e) {
                Thread.sleep(underWay);
                return false;
            }
            if (read < 0) {
                return false;
            }
            if (manner == Manner.FORGETS && System.nanoTime() - since > idle.toNanos()) {
                socket.setSoLinger(true, 0);
                return false;
            }
            request.append(new String(bytes, 0, read, StandardCharsets.ISO_8859_1));
        }
        return true;
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : open) {
            socket.close();
        }
    }
}
