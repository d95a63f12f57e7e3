package io.sluice.scenario;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads requests as HTTP/1.1 has them, in whatever pieces they come, and tells what they say. What has no meaning elsewhere
 * (RFC 9113 §8.2.2) is left out. To be used by one thread.
 */
final class RequestText {
    private enum Place { HEAD, BODY, SIZE, CHUNK, CHUNK_END, TRAILERS }

    private static final List<String> OF_THE_CONNECTION =
            List.of("connection", "keep-alive", "proxy-connection", "upgrade", "transfer-encoding", "host");

    private final Told told;
    private final ByteArrayOutputStream gathered = new ByteArrayOutputStream();
    private Place place = Place.HEAD;
    private long left;
    private final List<String> trailers = new ArrayList<>();

    /** What is told. */
    interface Told {
        /**
         * A request begins.
         *
         * @param fields names and values in turns, as of HTTP/2
         * @param bare   whether nothing follows
         * @param last   whether the client will not go on with its connection behind it
         */
        void begin(List<String> fields, boolean bare, boolean last) throws IOException;

        /** A part of its body; perhaps the last. */
        void data(byte[] bytes, int offset, int length, boolean last) throws IOException;

        /** It ends, with these trailers: names and values in turns. */
        void end(List<String> trailers) throws IOException;
    }

    RequestText(Told told) {
        this.told = told;
    }

    /** Takes the next bytes. */
    void take(byte[] bytes, int offset, int length) throws IOException {
        int end = offset + length;
        for (int at = offset; at < end; ) {
            if (place == Place.BODY || place == Place.CHUNK) {
                int part = (int) Math.min(left, end - at);
                left -= part;
                told.data(bytes, at, part, left == 0 && place == Place.BODY);
                at += part;
                if (left == 0) {
                    place = place == Place.BODY ? Place.HEAD : Place.CHUNK_END;
                }
            } else {
                gathered.write(bytes[at++]);
                if (bytes[at - 1] == '\n') {
                    line();
                }
            }
        }
    }

    private void line() throws IOException {
        String text = Http.text(gathered.toByteArray());
        if (place == Place.HEAD && !text.endsWith("\r\n\r\n") && !text.equals("\r\n")) {
            return;
        }
        gathered.reset();
        String line = text.strip();
        switch (place) {
            case HEAD -> {
                if (!line.isEmpty()) {
                    head(Message.ofHead(text.substring(0, text.length() - 4)));
                }
            }
            case SIZE -> {
                left = Long.parseLong(line.split(";")[0].strip(), 16);
                place = left == 0 ? Place.TRAILERS : Place.CHUNK;
            }
            case CHUNK_END -> place = Place.SIZE;
            default -> {
                if (line.isEmpty()) {
                    place = Place.HEAD;
                    told.end(List.copyOf(trailers));
                    trailers.clear();
                } else {
                    add(trailers, line);
                }
            }
        }
    }

    private void head(Message head) throws IOException {
        String[] asked = head.startLine().split(" ");
        String target = asked[1];
        String authority = head.value("Host");
        if (target.startsWith("http://")) {
            int path = target.indexOf('/', 7);
            authority = target.substring(7, path);
            target = target.substring(path);
        }
        List<String> fields = new ArrayList<>(List.of(":method", asked[0], ":scheme", "http", ":path", target));
        if (authority != null) {
            fields.addAll(List.of(":authority", authority));
        }
        head.fields().forEach(line -> add(fields, line));
        boolean chunked = !head.values("Transfer-Encoding").isEmpty();
        left = chunked || head.value("Content-Length") == null ? 0 : Long.parseLong(head.value("Content-Length"));
        place = chunked ? Place.SIZE : left > 0 ? Place.BODY : Place.HEAD;
        told.begin(fields, place == Place.HEAD, head.values("Connection").contains("close"));
    }

    private static void add(List<String> fields, String line) {
        int colon = line.indexOf(':');
        String name = line.substring(0, colon).toLowerCase();
        String value = line.substring(colon + 1).strip();
        if (!OF_THE_CONNECTION.contains(name) && (!name.equals("te") || value.equals("trailers"))) {
            fields.add(name);
            fields.add(value);
        }
    }
}
