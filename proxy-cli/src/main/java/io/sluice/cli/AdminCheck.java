package io.sluice.cli;

import io.sluice.config.HostPort;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a running proxy says that a reload would change; it is asked at its admin address, and changes nothing.
 * <em>Immutable.</em>
 *
 * @param well  whether it has said so
 * @param lines for people; if it has not, why
 */
record AdminCheck(boolean well, List<String> lines) {
    private static final String SCHEME = "http://";
    private static final String ANSWERED = "sluice-check: 1";
    private static final int ANSWER_BYTES_MAX = 1 << 20;
    private static final int LINES_MAX = 1000;
    private static final int LINE_MAX = 2000;

    /** Whether something names an address rather than a file. */
    static boolean isUrl(String text) {
        return text.matches("(?i)[a-z]+://.*");
    }

    /**
     * Asks.
     *
     * @param url       {@code http://HOST:PORT} of the admin address
     * @param token     null = none is sent; else of printable ASCII
     * @param variables what the file needs of the environment
     * @param file      the file's content
     */
    static AdminCheck ask(String url, String token, Map<String, String> variables, byte[] file, Duration patience) {
        HostPort admin = address(url);
        if (admin == null) {
            return failed(url, "found something else than the URL of an admin address; expected http://HOST:PORT, such as"
                    + " http://127.0.0.1:9901");
        }
        try {
            return of(url, token != null,
                    AdminSocket.ask(admin, request(admin, token, body(variables, file)), ANSWER_BYTES_MAX, patience));
        } catch (SocketTimeoutException e) {
            return failed(url, "no answer within " + patience.toSeconds() + " s; expected the admin address of a running proxy");
        } catch (UnknownHostException e) {
            return failed(url, "no answer: unknown host; expected the admin address of a running proxy");
        } catch (IOException e) {
            return failed(url, "no answer: " + e.getMessage() + "; expected the admin address of a running proxy");
        }
    }

    private static AdminCheck failed(String url, String why) {
        return new AdminCheck(false, List.of("sluice: --against " + plain(url) + ": " + why));
    }

    private static AdminCheck refused(String url, List<String> problems) {
        List<String> lines = new ArrayList<>(failed(url, "the proxy that runs refuses this configuration:").lines());
        lines.addAll(problems);
        return new AdminCheck(false, List.copyOf(lines));
    }

    /** Null if it is none. */
    private static HostPort address(String url) {
        try {
            URI uri = new URI(url.endsWith("/") ? url.substring(0, url.length() - 1) : url);
            boolean whole = url.toLowerCase(Locale.ROOT).startsWith(SCHEME) && uri.getHost() != null && uri.getPort() > 0
                    && uri.getPort() <= 65535 && uri.getRawPath().isEmpty() && uri.getRawQuery() == null
                    && uri.getRawFragment() == null && uri.getRawUserInfo() == null;
            return whole ? new HostPort(uri.getHost().replaceAll("[\\[\\]]", ""), uri.getPort()) : null;
        } catch (URISyntaxException e) {
            return null;
        }
    }

    private static byte[] body(Map<String, String> variables, byte[] file) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        variables.forEach((name, value) -> body.writeBytes((name + "="
                + Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8)) + "\n")
                .getBytes(StandardCharsets.US_ASCII)));
        body.write('\n');
        body.writeBytes(file);
        return body.toByteArray();
    }

    private static byte[] request(HostPort admin, String token, byte[] body) {
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.writeBytes(("POST /check HTTP/1.1\r\nHost: " + admin + "\r\nX-Sluice: 1\r\nContent-Type: text/plain\r\n"
                + (token == null ? "" : "Authorization: Bearer " + token + "\r\n")
                + "Content-Length: " + body.length + "\r\nConnection: close\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        request.writeBytes(body);
        return request.toByteArray();
    }

    /** What an answer's bytes say. */
    static AdminCheck of(String url, boolean tokenSent, String answer) {
        String[] words = answer.split("[ \r]", 3);
        int end = answer.indexOf("\r\n\r\n");
        if (words.length < 3 || !words[0].startsWith("HTTP/1.") || end < 0) {
            return failed(url, "no answer in HTTP; expected the admin address of a running proxy");
        }
        boolean ours = answer.substring(0, end).lines().skip(1).anyMatch(it -> it.toLowerCase(Locale.ROOT).equals(ANSWERED));
        List<String> lines = answer.substring(end + 4).lines().limit(LINES_MAX).map(AdminCheck::plain).toList();
        String first = lines.isEmpty() ? "" : lines.getFirst();
        if (ours && words[1].equals("200")) {
            return new AdminCheck(true, lines);
        }
        return ours && words[1].equals("422") ? refused(url, lines) : failed(url, why(words[1], tokenSent, first));
    }

    /** Why there is nothing to compare, for a status and the first line of a body. */
    private static String why(String status, boolean tokenSent, String first) {
        return switch (status) {
            case "401" -> tokenSent
                    ? "the token is not right; expected the value of admin.token"
                    : "it asks for a token; expected the value of admin.token in SLUICE_ADMIN_TOKEN, or in a file that --token-file"
                            + " names";
            case "400", "403", "413" -> "it refuses: " + first;
            default -> first.startsWith("not found; there are: ")
                    ? "it is a Sluice that has no such page; expected one of this version"
                    : "something else answers there, with status " + plain(status)
                            + "; expected the admin address of a running Sluice";
        };
    }

    /** What somebody else says is not to move the cursor. */
    private static String plain(String line) {
        return line.substring(0, Math.min(line.length(), LINE_MAX)).replaceAll("\\p{Cntrl}", "?");
    }
}
