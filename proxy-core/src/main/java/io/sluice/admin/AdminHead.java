package io.sluice.admin;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * The head of a request, as strict as one needs that stands on its own: every connection carries one request only.
 * <em>Immutable.</em>
 *
 * @param method as sent
 * @param path   as sent, without query
 * @param query  as sent, without the question mark; empty if there is none
 * @param fields by name in lower case; no name comes twice
 */
record AdminHead(String method, String path, String query, Map<String, String> fields) {
    private static final int BYTES_MAX = 8192;

    /**
     * Reads a head, and nothing behind it.
     *
     * @return null if the client ended before it did
     * @throws Refused 400 or 431
     */
    static AdminHead read(InputStream in) throws IOException {
        byte[] bytes = new byte[BYTES_MAX];
        int length = 0;
        while (!ended(bytes, length)) {
            if (length == bytes.length) {
                throw new Refused(431, "found a request head of more than " + BYTES_MAX + " bytes; expected at most that");
            }
            // One at a time, of a stream that is buffered: a body may follow.
            int read = in.read();
            if (read < 0) {
                return null;
            }
            bytes[length++] = (byte) read;
        }
        return parse(new String(bytes, 0, length - 4, StandardCharsets.ISO_8859_1));
    }

    /** Whether the empty line is there that ends a head (RFC 9112 §2.1). */
    private static boolean ended(byte[] bytes, int length) {
        return length >= 4 && bytes[length - 1] == '\n' && bytes[length - 2] == '\r' && bytes[length - 3] == '\n'
                && bytes[length - 4] == '\r';
    }

    private static AdminHead parse(String text) {
        String[] lines = text.split("\r\n", -1);
        String[] line = lines[0].split(" ", -1);
        if (line.length != 3 || !line[2].startsWith("HTTP/1.") || !line[1].startsWith("/")) {
            throw new Refused(400, "bad request; expected a line such as: GET /livez HTTP/1.1");
        }
        Map<String, String> fields = new HashMap<>();
        for (int i = 1; i < lines.length; i++) {
            int colon = lines[i].indexOf(':');
            // A space before the colon or a folded line could be read in two ways (RFC 9112 §5.1, §5.2).
            if (colon <= 0 || !lines[i].substring(0, colon).matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+")) {
                throw new Refused(400, "found a header line that is none; expected name: value");
            }
            String name = lines[i].substring(0, colon).toLowerCase(Locale.ROOT);
            String value = lines[i].substring(colon + 1).strip();
            String first = fields.putIfAbsent(name, value);
            if (first != null && decides(name)) {
                throw new Refused(400, "found the header " + name + " twice; expected it once");
            }
        }
        int query = line[1].indexOf('?');
        return new AdminHead(
                line[0],
                query < 0 ? line[1] : line[1].substring(0, query),
                query < 0 ? "" : line[1].substring(query + 1),
                Map.copyOf(fields));
    }

    /** Whether something is decided by this field, so that there must be one of it. */
    private static boolean decides(String name) {
        return switch (name) {
            case "host", "origin", "authorization", "content-length", "content-type", "transfer-encoding", "sec-fetch-site" ->
                true;
            default -> false;
        };
    }

    /** A field's value, or null. The name is in lower case. */
    String field(String name) {
        return fields.get(name);
    }

    /**
     * Reads the body.
     *
     * @throws Refused 411, 400 or 413
     */
    byte[] body(InputStream in, int bytesMax) throws IOException {
        if (fields.containsKey("transfer-encoding")) {
            throw new Refused(411, "found Transfer-Encoding; expected a body with Content-Length, or none");
        }
        String length = fields.getOrDefault("content-length", "0");
        if (!length.matches("[0-9]{1,18}")) {
            throw new Refused(400, "found a Content-Length that is no number of bytes");
        }
        if (Long.parseLong(length) > bytesMax) {
            throw new Refused(413, "found a body of %s bytes; expected %s"
                    .formatted(length, bytesMax == 0 ? "none" : "at most " + bytesMax));
        }
        byte[] body = in.readNBytes(Integer.parseInt(length));
        if (body.length < Integer.parseInt(length)) {
            throw new Refused(400, "found %d bytes of body; expected the %s that Content-Length says"
                    .formatted(body.length, length));
        }
        return body;
    }
}
