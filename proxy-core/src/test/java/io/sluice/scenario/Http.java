package io.sluice.scenario;

import java.nio.charset.StandardCharsets;
import java.util.Random;

/** Texts of HTTP messages. <em>Immutable.</em> */
final class Http {
    private Http() {}

    /** A head: the lines, each with its CRLF, and the empty line. */
    static String head(String... lines) {
        return String.join("\r\n", lines) + "\r\n\r\n";
    }

    /** A GET of this target, from a client that keeps its connection. */
    static String get(String target, String... fields) {
        return request("GET " + target + " HTTP/1.1", fields);
    }

    /** A request's head with this line, a Host, and these fields. */
    static String request(String line, String... fields) {
        return line + "\r\nHost: site.test\r\n" + String.join("", lines(fields)) + "\r\n";
    }

    /** A POST with a Content-Length and its body. */
    static String post(String target, String body, String... fields) {
        return "POST " + target + " HTTP/1.1\r\nHost: site.test\r\nContent-Length: " + body.length() + "\r\n"
                + String.join("", lines(fields)) + "\r\n" + body;
    }

    /** A 200 with a Content-Length and its body. */
    static String ok(String body, String... fields) {
        return "HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n" + String.join("", lines(fields)) + "\r\n"
                + body;
    }

    /** A chunk of the chunked coding. */
    static String chunk(String data) {
        return Integer.toHexString(data.length()) + "\r\n" + data + "\r\n";
    }

    /** Bytes that no compression and no off-by-one leaves unchanged; the same for the same length. */
    static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    /** A byte a character. */
    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** A character a byte. */
    static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private static String[] lines(String... fields) {
        String[] lines = new String[fields.length];
        for (int i = 0; i < fields.length; i++) {
            lines[i] = fields[i] + "\r\n";
        }
        return lines;
    }
}
