package io.sluice.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A request as a demo backend received it, whole. It trusts who sent it: the proxy, which is strict. <em>Immutable.</em>
 *
 * @param method    as received
 * @param target    as received
 * @param version   as received
 * @param fields    the header lines, as received and in their order
 * @param bodyBytes how long the body was, without its framing
 */
record DemoRequest(String method, String target, String version, List<String> fields, long bodyBytes) {
    private static final int LINE_BYTES_MAX = 128 * 1024;
    private static final byte[] CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    /**
     * Reads one, its body included, which is counted and forgotten.
     *
     * @param in  what the proxy sends, buffered
     * @param out where the go-ahead is written if the request asks for one (RFC 9110 §10.1.1)
     * @return null if the connection ended before a request began
     * @throws IOException if it ended in the middle of one, or what came is no HTTP/1 request
     */
    static DemoRequest read(InputStream in, OutputStream out) throws IOException {
        String start = line(in);
        if (start == null) {
            return null;
        }
        String[] words = start.split(" ");
        if (words.length != 3) {
            throw new IOException("no request line: " + start);
        }
        List<String> fields = new ArrayList<>();
        for (String field = present(line(in)); !field.isEmpty(); field = present(line(in))) {
            fields.add(field);
        }
        DemoRequest head = new DemoRequest(words[0], words[1], words[2], List.copyOf(fields), 0);
        if ("100-continue".equalsIgnoreCase(head.field("expect"))) {
            out.write(CONTINUE);
            out.flush();
        }
        return new DemoRequest(words[0], words[1], words[2], head.fields, head.readBody(in));
    }

    private long readBody(InputStream in) throws IOException {
        if ("chunked".equalsIgnoreCase(field("transfer-encoding"))) {
            long bytes = 0;
            for (long size = chunkSize(in); size > 0; size = chunkSize(in)) {
                in.skipNBytes(size);
                present(line(in));
                bytes += size;
            }
            while (!present(line(in)).isEmpty()) {
                // Trailers: nobody here wants them.
                continue;
            }
            return bytes;
        }
        String length = field("content-length");
        long bytes = length == null ? 0 : number(length, 10);
        in.skipNBytes(bytes);
        return bytes;
    }

    private static long chunkSize(InputStream in) throws IOException {
        return number(present(line(in)).split(";", 2)[0].strip(), 16);
    }

    private static long number(String text, int radix) throws IOException {
        try {
            return Long.parseLong(text, radix);
        } catch (NumberFormatException e) {
            throw new IOException("no length: " + text, e);
        }
    }

    private static String present(String line) throws IOException {
        if (line == null) {
            throw new IOException("the connection ended within a request");
        }
        return line;
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int octet = in.read(); octet != '\n'; octet = in.read()) {
            if (octet < 0) {
                return line.isEmpty() ? null : present(null);
            }
            if (line.length() == LINE_BYTES_MAX) {
                throw new IOException("a line of more than " + LINE_BYTES_MAX + " bytes");
            }
            if (octet != '\r') {
                line.append((char) octet);
            }
        }
        return line.toString();
    }

    /** The value of the first field of this name, in lower case; null if there is none. */
    String field(String name) {
        for (String field : fields) {
            int colon = field.indexOf(':');
            if (colon == name.length() && field.substring(0, colon).toLowerCase(Locale.ROOT).equals(name)) {
                return field.substring(colon + 1).strip();
            }
        }
        return null;
    }

    /** The target without its query. */
    String path() {
        int mark = target.indexOf('?');
        return mark < 0 ? target : target.substring(0, mark);
    }

    /** A whole number out of the query, held within 0 and {@code most}; {@code otherwise} if it is not there. */
    long query(String name, long otherwise, long most) {
        int mark = target.indexOf('?');
        for (String pair : mark < 0 ? new String[0] : target.substring(mark + 1).split("&")) {
            if (pair.startsWith(name + "=")) {
                long figure = Machine.figure(pair.substring(name.length() + 1));
                return figure < 0 ? otherwise : Math.min(figure, most);
            }
        }
        return otherwise;
    }

    /** Whether the connection may carry another request after this one. */
    boolean keepsAlive() {
        return version.equals("HTTP/1.1") && !"close".equalsIgnoreCase(field("connection"));
    }
}
