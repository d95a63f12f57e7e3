package io.sluice.cli;

import io.sluice.config.HostPort;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * One request to an admin address, by blocking calls on the calling thread: the JDK's HTTP client would take longer to load than
 * all the rest. <em>Immutable.</em>
 */
final class AdminSocket {
    private AdminSocket() {}

    /**
     * Asks, and returns the whole answer, or as much of it as is wanted: a peer that never stops must not keep us.
     *
     * @param admin    where; an address that stands for all of this machine's is asked at the loopback
     * @param request  with its body
     * @param bytesMax of the answer
     * @param patience for connecting, and for the whole answer
     */
    static String ask(HostPort admin, byte[] request, int bytesMax, Duration patience) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(reachable(admin), Math.toIntExact(patience.toMillis()));
            send(socket, request);
            return answer(socket, bytesMax, System.nanoTime() + patience.toNanos());
        }
    }

    private static InetSocketAddress reachable(HostPort admin) throws UnknownHostException {
        InetAddress address = InetAddress.getByName(admin.host());
        return new InetSocketAddress(address.isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : address, admin.port());
    }

    private static void send(Socket socket, byte[] request) {
        try {
            socket.getOutputStream().write(request);
        } catch (IOException e) {
            // Who refuses a request by its head need not read its body: what it says is still to be read.
        }
    }

    private static String answer(Socket socket, int bytesMax, long endNanos) throws IOException {
        byte[] bytes = new byte[bytesMax];
        int length = 0;
        InputStream in = socket.getInputStream();
        while (length < bytes.length) {
            long leftMillis = (endNanos - System.nanoTime()) / 1_000_000;
            if (leftMillis <= 0) {
                throw new SocketTimeoutException();
            }
            socket.setSoTimeout((int) leftMillis);
            int read = in.read(bytes, length, bytes.length - length);
            if (read < 0) {
                break;
            }
            length += read;
        }
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }
}
