package io.sluice.cli;

import io.sluice.config.HostPort;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * What a probe of the admin address answered. <em>Immutable.</em>
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
        try {
            String request = "GET " + path + " HTTP/1.1\r\nHost: " + admin + "\r\nConnection: close\r\n\r\n";
            return of(where, AdminSocket.ask(admin, request.getBytes(StandardCharsets.US_ASCII), BYTES_MAX, patience));
        } catch (SocketTimeoutException e) {
            return new HealthAnswer(false, "no answer from " + where + " within " + patience.toSeconds() + " s");
        } catch (UnknownHostException e) {
            return new HealthAnswer(false, "no answer from " + where + ": unknown host");
        } catch (IOException e) {
            return new HealthAnswer(false, "no answer from " + where + ": " + e.getMessage());
        }
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
