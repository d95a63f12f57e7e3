package io.sluice.scenario;

import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The answer of one stream as HTTP/1.1 would have it: by its length if it says one, else in chunks. Names of fields, which
 * are lower case in HTTP/2, get capitals as most backends here write them. Guarded by its connection's lock.
 */
final class AnswerText {
    /** Some bytes; of the body, or of what HTTP/1.1 has around it. */
    private record Piece(byte[] bytes, boolean ofBody) {}

    private final boolean toHead;
    private final Deque<Piece> ready = new ArrayDeque<>();
    private int at;
    private int taken;
    private boolean headSeen;
    private boolean chunked;
    private long missing;
    private boolean complete;

    /** Begins the answer to a request, which perhaps is one for a head only. */
    AnswerText(boolean toHead) {
        this.toHead = toHead;
    }

    /** Takes decoded fields: of a head, which perhaps is to say that the connection ends, of an interim one, or trailers. */
    void fields(Http2Headers fields, boolean last, boolean closing) {
        if (headSeen) {
            end(fields);
            return;
        }
        int status = Integer.parseInt(fields.status().toString());
        StringBuilder text = new StringBuilder("HTTP/1.1 ").append(HttpResponseStatus.valueOf(status)).append("\r\n");
        append(fields, text);
        if (status < 200) {
            add(text.append("\r\n").toString());
            return;
        }
        headSeen = true;
        boolean bare = toHead || status == 204 || status == 304;
        CharSequence length = fields.get("content-length");
        chunked = !bare && length == null;
        missing = bare || length == null ? 0 : Long.parseLong(length.toString());
        add(text.append(chunked ? "Transfer-Encoding: chunked\r\n" : "").append(closing ? "Connection: close\r\n" : "")
                .append("\r\n").toString());
        if (last) {
            end(null);
        }
    }

    private static void append(Http2Headers fields, StringBuilder text) {
        fields.forEach(field -> {
            String name = field.getKey().toString();
            if (!name.startsWith(":")) {
                boolean first = true;
                for (char c : name.toCharArray()) {
                    text.append(first ? Character.toUpperCase(c) : c);
                    first = c == '-';
                }
                text.append(": ").append(field.getValue()).append("\r\n");
            }
        });
    }

    private void add(String text) {
        add(new Piece(Http.bytes(text), false));
    }

    private void add(Piece piece) {
        if (piece.bytes.length > 0) {
            ready.add(piece);
        }
    }

    /** Takes a part of the body. */
    void data(byte[] bytes, boolean last) {
        missing -= bytes.length;
        if (chunked && bytes.length > 0) {
            add(Integer.toHexString(bytes.length) + "\r\n");
            add(new Piece(bytes, true));
            add("\r\n");
        } else {
            add(new Piece(bytes, true));
        }
        if (last) {
            end(null);
        }
    }

    private void end(Http2Headers trailers) {
        complete = true;
        if (chunked) {
            StringBuilder text = new StringBuilder("0\r\n");
            if (trailers != null) {
                append(trailers, text);
            }
            add(text.append("\r\n").toString());
        } else if (missing != 0) {
            throw new AssertionError("a stream ended in order, " + missing + " bytes before its content-length");
        }
    }

    /** Whether its end has come. */
    boolean complete() {
        return complete;
    }

    /** Whether all has come and was read. */
    boolean over() {
        return complete && ready.isEmpty();
    }

    /** How many bytes can be read. */
    int readable() {
        return ready.stream().mapToInt(piece -> piece.bytes.length).sum() - at;
    }

    /** Whether any can. */
    boolean isReadable() {
        return !ready.isEmpty();
    }

    /** Reads some of them. */
    int read(byte[] to, int offset, int length) {
        int count = 0;
        while (count < length && !ready.isEmpty()) {
            Piece piece = ready.getFirst();
            int part = Math.min(length - count, piece.bytes.length - at);
            System.arraycopy(piece.bytes, at, to, offset + count, part);
            count += part;
            at += part;
            taken += piece.ofBody ? part : 0;
            if (at == piece.bytes.length) {
                ready.removeFirst();
                at = 0;
            }
        }
        return count;
    }

    /** Bytes of the body that were read, if they are at least so many; they are forgotten then. */
    int taken(int least) {
        int count = taken >= least ? taken : 0;
        taken -= count;
        return count;
    }
}
