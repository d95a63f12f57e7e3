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
 * What a probe of the admin address answered, by blocking reads on the calling thread: the JDK's HTTP client would take
 * longer to load than all the rest. <em>Immutable.</em>
 *
 * @param well whether it was 200
 * @param text one line for people
 */
record HealthAnswer(boolean well, String text) {
    private static final int BYTES_MAX = 4096;
    private static final int LINE_MAX = 200;

    /**
     * Asks.
     *
     * @param admin    where; an address that stands for all of this machine's is asked at the loopback
     * @param path     what
     * @param patience for connecting, and for the whole answer
     */
    static HealthAnswer ask(HostPort admin, String path, Duration patience) {
        String where = admin + path;
        try (Socket socket = new Socket()) {
            int millis = Math.toIntExact(patience.toMillis());
            socket.connect(reachable(admin), millis);
            String request = "GET " + path + " HTTP/1.1\r\nHost: " + admin + "\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return of(where, answer(socket, System.nanoTime() + patience.toNanos()));
        } catch (SocketTimeoutException e) {
            return new HealthAnswer(false, "no answer from " + where + " within " + patience.toSeconds() + " s");
        } catch (UnknownHostException e) {
            return new HealthAnswer(false, "no answer from " + where + ": unknown host");
        } catch (IOException e) {
            return new HealthAnswer(false, "no answer from " + where + ": " + e.getMessage());
        }
    }

    private static InetSocketAddress reachable(HostPort admin) throws UnknownHostException {
        InetAddress address = InetAddress.getByName(admin.host());
        return new InetSocketAddress(address.isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : address, admin.port());
    }

    /** Until its end, or as much as is wanted: a peer that never stops must not keep us. */
    private static String answer(Socket socket, long endNanos) throws IOException {
        byte[] bytes = new byte[BYTES_MAX];
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

    /** What an answer's bytes say. */
    static HealthAnswer of(String where, String answer) {
        String[] words = answer.split("[ \r]", 3);
        if (words.length < 3 || !words[0].startsWith("HTTP/1.")) {
            return new HealthAnswer(false, "no answer in HTTP from " + where + ": is something else listening there?");
        }
        int body = answer.indexOf("\r\n\r\n");
        String said = body < 0 ? "" : answer.substring(body + 4).strip().lines().findFirst().orElse("");
        String line = said.substring(0, Math.min(said.length(), LINE_MAX)).replaceAll("\\p{Cntrl}", "?");
        boolean well = words[1].equals("200");
        return new HealthAnswer(well, (well ? "" : where + " answered " + words[1] + ": ") + line);
    }
}
