package io.sluice.scenario;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One end of a connection that speaks HTTP/2, frame for frame as it is told. <em>Confined</em> to one thread. */
final class Framed {
    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int PING = 6;
    static final int GOAWAY = 7;
    static final int WINDOW_UPDATE = 8;
    static final int END_STREAM = 1;
    static final int ACK = 1;
    static final int END_HEADERS = 4;
    static final int MAX_CONCURRENT_STREAMS = 3;
    static final int INITIAL_WINDOW_SIZE = 4;
    static final int NO_ERROR = 0;
    static final int REFUSED_STREAM = 7;
    static final int CANCEL = 8;

    private static final int PREFACE_BYTES = 24;

    private final RawConnection connection;
    private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false);
    private final DefaultHttp2HeadersEncoder encoder = new DefaultHttp2HeadersEncoder();
    private final Map<Integer, Request> coming = new HashMap<>();
    private final Map<Integer, Long> credit = new HashMap<>();
    /** Whether it acknowledges what asks for it. */
    boolean polite = true;

    /** A frame that came. */
    record Frame(int type, int flags, int stream, byte[] payload) {
        int code() {
            return ByteBuffer.wrap(payload).getInt(payload.length == 4 ? 0 : 4);
        }
    }

    /** A request that came. */
    record Request(int stream, Http2Headers head, ByteArrayOutputStream content, List<Http2Headers> trailers) {
        String field(String name) {
            CharSequence value = head.get(name);
            return value == null ? null : value.toString();
        }

        String text() {
            return Http.text(content.toByteArray());
        }
    }

    /** What a connection does. */
    @FunctionalInterface
    interface Frames {
        void play(Framed connection) throws Exception;
    }

    private Framed(RawConnection connection) {
        this.connection = connection;
    }

    /** A script for a connection whose settings, pairs of number and value, leave at once. */
    static Script script(Frames frames, int... settings) {
        return raw -> {
            Framed connection = new Framed(raw);
            connection.settings(settings);
            connection.bytes(PREFACE_BYTES);
            try {
                frames.play(connection);
            } catch (IOException | Error e) {
                throw e;
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        };
    }

    /** A client's end, whose preface and settings leave at once. */
    static Framed client(RawConnection raw) throws IOException {
        Framed connection = new Framed(raw);
        raw.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
        connection.settings();
        return connection;
    }

    /** A script that answers every request so. */
    static Script answering(int status, String body, String... fields) {
        return script(connection -> {
            while (true) {
                Request request = connection.request();
                connection.answer(request.stream, status, body, fields);
            }
        });
    }

    // ---- what comes ----

    /** The next frame of any kind; what asks for an acknowledgement gets it. */
    Frame any() throws IOException {
        byte[] head = bytes(9);
        ByteBuffer in = ByteBuffer.wrap(head);
        int lengthAndType = in.getInt();
        Frame frame = new Frame(lengthAndType & 0xff, in.get(), in.getInt() & Integer.MAX_VALUE,
                bytes(lengthAndType >>> 8));
        boolean asks = frame.type == SETTINGS || frame.type == PING;
        if (polite && asks && (frame.flags & ACK) == 0) {
            frame(frame.type, ACK, 0, frame.type == PING ? frame.payload : new byte[0]);
        }
        if (frame.type == WINDOW_UPDATE) {
            credit.merge(frame.stream, (long) frame.code(), Long::sum);
        }
        return frame;
    }

    private byte[] bytes(int count) throws IOException {
        byte[] whole = new byte[count];
        for (int i = 0; i < count; i++) {
            int next = connection.read();
            if (next < 0) {
                throw new EOFException("closed after " + i + " of " + count + " bytes");
            }
            whole[i] = (byte) next;
        }
        return whole;
    }

    /** The next frame that belongs to a request: HEADERS, DATA or RST_STREAM. */
    Frame next() throws IOException {
        while (true) {
            Frame frame = any();
            if (frame.type == HEADERS || frame.type == DATA || frame.type == RST_STREAM) {
                return frame;
            }
        }
    }

    /** The next frame of this kind; what comes before it is forgotten. */
    Frame next(int type) throws IOException {
        while (true) {
            Frame frame = any();
            if (frame.type == type && (type != SETTINGS && type != PING || (frame.flags & ACK) == 0)) {
                return frame;
            }
        }
    }

    /** Takes a frame of a request in; returns the request if it is whole now. */
    Request take(Frame frame) {
        if (frame.type == HEADERS) {
            Http2Headers fields = decoded(frame);
            Request known = coming.get(frame.stream);
            if (known == null) {
                coming.put(frame.stream, new Request(frame.stream, fields, new ByteArrayOutputStream(), new ArrayList<>()));
            } else {
                known.trailers.add(fields);
            }
        } else if (frame.type == DATA) {
            coming.get(frame.stream).content.writeBytes(frame.payload);
        }
        return (frame.flags & END_STREAM) != 0 ? coming.remove(frame.stream) : null;
    }

    /** The next request whose head came, whether or not its body did. */
    Request begun() throws IOException {
        Frame frame = next(HEADERS);
        take(frame);
        Request request = coming.get(frame.stream);
        assertBegun(request);
        return request;
    }

    private static void assertBegun(Request request) {
        if (request == null) {
            throw new AssertionError("the request was whole with its head");
        }
    }

    /** The next request, whole. */
    Request request() throws IOException {
        while (true) {
            Request whole = take(next());
            if (whole != null) {
                return whole;
            }
        }
    }

    /** The next head or trailers, and whether nothing follows them. */
    Http2Headers fields(boolean last) throws IOException {
        Frame frame = next();
        if (frame.type != HEADERS || ((frame.flags & END_STREAM) != 0) != last) {
            throw new AssertionError("found " + frame + "; expected fields, " + (last ? "the last" : "not the last"));
        }
        return decoded(frame);
    }

    /** The text of the next DATA frame that has any. */
    String text() throws IOException {
        Frame frame = next();
        while (frame.type == DATA && frame.payload.length == 0) {
            frame = next();
        }
        if (frame.type != DATA) {
            throw new AssertionError("found " + frame + "; expected DATA");
        }
        return Http.text(frame.payload);
    }

    private Http2Headers decoded(Frame frame) {
        try {
            return decoder.decodeHeaders(frame.stream, Unpooled.wrappedBuffer(frame.payload));
        } catch (Http2Exception e) {
            throw new AssertionError(e);
        }
    }

    /** What was credited of a stream so far; of 0, the connection. */
    long credit(int stream) {
        return credit.getOrDefault(stream, 0L);
    }

    // ---- what goes ----

    void frame(int type, int flags, int stream, byte[] payload) throws IOException {
        ByteBuffer out = ByteBuffer.allocate(9 + payload.length);
        out.putInt(payload.length << 8 | type).put((byte) flags).putInt(stream).put(payload);
        connection.send(out.array());
    }

    void settings(int... pairs) throws IOException {
        ByteBuffer out = ByteBuffer.allocate(pairs.length * 3);
        for (int i = 0; i < pairs.length; i += 2) {
            out.putShort((short) pairs[i]).putInt(pairs[i + 1]);
        }
        frame(SETTINGS, 0, 0, out.array());
    }

    void call(int stream, boolean last, String path, String... fields) throws IOException {
        fields(stream, last, new DefaultHttp2Headers(false)
                .method("POST").scheme("http").authority("site.test").path(path)
                .add("content-type", "application/grpc").add("te", "trailers"), fields);
    }

    void head(int stream, boolean last, int status, String... fields) throws IOException {
        fields(stream, last, new DefaultHttp2Headers(false).status(Integer.toString(status)), fields);
    }

    /** Fields as they are, names and values in turn. */
    void fields(int stream, boolean last, Http2Headers headers, String... fields) throws IOException {
        for (int i = 0; i < fields.length; i += 2) {
            headers.add(fields[i], fields[i + 1]);
        }
        ByteBuf out = Unpooled.buffer();
        try {
            encoder.encodeHeaders(stream, headers, out);
        } catch (Http2Exception e) {
            throw new AssertionError(e);
        }
        frame(HEADERS, END_HEADERS | (last ? END_STREAM : 0), stream, ByteBufUtil.getBytes(out));
    }

    void trailers(int stream, String... fields) throws IOException {
        fields(stream, true, new DefaultHttp2Headers(false), fields);
    }

    void data(int stream, boolean last, String text) throws IOException {
        frame(DATA, last ? END_STREAM : 0, stream, Http.bytes(text));
    }

    void answer(int stream, int status, String body, String... fields) throws IOException {
        head(stream, body.isEmpty(), status, fields);
        if (!body.isEmpty()) {
            data(stream, true, body);
        }
    }

    void reset(int stream, int code) throws IOException {
        frame(RST_STREAM, 0, stream, ByteBuffer.allocate(4).putInt(code).array());
    }

    void goAway(int last, int code) throws IOException {
        frame(GOAWAY, 0, 0, ByteBuffer.allocate(8).putInt(last).putInt(code).array());
    }

    void window(int stream, int bytes) throws IOException {
        frame(WINDOW_UPDATE, 0, stream, ByteBuffer.allocate(4).putInt(bytes).array());
    }

    RawConnection raw() {
        return connection;
    }
}
