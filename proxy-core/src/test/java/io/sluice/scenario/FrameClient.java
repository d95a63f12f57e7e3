package io.sluice.scenario;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A client of HTTP/2 that writes its frames itself, right ones and wrong ones, and reads the proxy's. Windows are given back
 * as data comes, unless it is told not to. To be used by one thread.
 */
final class FrameClient implements AutoCloseable {
    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int PRIORITY = 2;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int PING = 6;
    static final int GO_AWAY = 7;
    static final int WINDOW_UPDATE = 8;
    static final int CONTINUATION = 9;
    static final int END_STREAM = 1;
    static final int ACK = 1;
    static final int END_HEADERS = 4;

    static final int NO_ERROR = 0;
    static final int PROTOCOL_ERROR = 1;
    static final int INTERNAL_ERROR = 2;
    static final int REFUSED_STREAM = 7;
    static final int CANCEL = 8;
    static final int ENHANCE_YOUR_CALM = 11;

    private static final int FRAME_BYTES = 16_384;
    private static final byte[] PREFACE = Http.bytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

    private final RawConnection connection;
    private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false, 1 << 20);
    private final Map<Integer, Answer> answers = new HashMap<>();
    private final List<Frame> others = new ArrayList<>();
    private final ByteArrayOutputStream block = new ByteArrayOutputStream();
    private boolean givesBack = true;
    private int next = 1;

    /** One frame. */
    record Frame(int type, int flags, int stream, byte[] payload) {
        /** The number that its payload ends with: of a reset its code, of a GOAWAY (without text) too. */
        int code() {
            return ByteBuffer.wrap(payload).getInt(payload.length - 4);
        }
    }

    /** What came of one stream so far. */
    static final class Answer {
        final List<Integer> interim = new ArrayList<>();
        final Map<String, String> fields = new HashMap<>();
        final Map<String, String> trailers = new HashMap<>();
        final ByteArrayOutputStream body = new ByteArrayOutputStream();
        int status;
        boolean ended;
        /** -1 = it wasn't reset. */
        int reset = -1;

        String text() {
            return body.toString(StandardCharsets.ISO_8859_1);
        }
    }

    /** Connects and says hello, with these settings: pairs of a number and its value. */
    FrameClient(InetSocketAddress address, int... settings) throws IOException {
        this(RawConnection.to(address), settings);
    }

    /** Says hello over a connection that is there. */
    FrameClient(RawConnection connection, int... settings) throws IOException {
        this.connection = connection;
        connection.send(PREFACE);
        ByteBuffer payload = ByteBuffer.allocate(settings.length * 3);
        for (int i = 0; i < settings.length; i += 2) {
            payload.putShort((short) settings[i]).putInt(settings[i + 1]);
        }
        send(SETTINGS, 0, 0, payload.array());
    }

    RawConnection raw() {
        return connection;
    }

    /** Data that comes from now on is not given back to the windows. */
    void keepsWindows() {
        givesBack = false;
    }

    // ---- what it sends ----

    void send(int type, int flags, int stream, byte[] payload) throws IOException {
        connection.send(frame(type, flags, stream, payload));
    }

    static byte[] frame(int type, int flags, int stream, byte[] payload) {
        return ByteBuffer.allocate(9 + payload.length)
                .put((byte) (payload.length >> 16)).putShort((short) payload.length)
                .put((byte) type).put((byte) flags).putInt(stream).put(payload).array();
    }

    /** Fields as HPACK has them, all in full: names and values in turns. */
    static byte[] fields(String... namesAndValues) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            out.write(0);
            string(namesAndValues[i], out);
            string(namesAndValues[i + 1], out);
        }
        return out.toByteArray();
    }

    private static void string(String text, ByteArrayOutputStream out) {
        byte[] bytes = Http.bytes(text);
        if (bytes.length < 127) {
            out.write(bytes.length);
        } else {
            out.write(127);
            int rest = bytes.length - 127;
            while (rest >= 128) {
                out.write(rest & 127 | 128);
                rest >>>= 7;
            }
            out.write(rest);
        }
        out.writeBytes(bytes);
    }

    /** The fields of a request, with further ones. */
    static byte[] request(String method, String path, String... more) {
        List<String> all = new ArrayList<>(List.of(
                ":method", method, ":scheme", "http", ":path", path, ":authority", "test"));
        all.addAll(List.of(more));
        return fields(all.toArray(String[]::new));
    }

    /** Sends a request without a body, and returns its stream. */
    int get(String path, String... more) throws IOException {
        return begin(END_STREAM, request("GET", path, more));
    }

    /** Begins a request with a body, and returns its stream. */
    int post(String path, String... more) throws IOException {
        return begin(0, request("POST", path, more));
    }

    /** Begins a stream by these fields. */
    int begin(int flags, byte[] block) throws IOException {
        int stream = next;
        next += 2;
        for (int at = 0; at < block.length; at += FRAME_BYTES) {
            int end = Math.min(block.length, at + FRAME_BYTES);
            int ends = end == block.length ? END_HEADERS : 0;
            send(at == 0 ? HEADERS : CONTINUATION, at == 0 ? flags | ends : ends, stream, Arrays.copyOfRange(block, at, end));
        }
        return stream;
    }

    void data(int stream, byte[] bytes, boolean last) throws IOException {
        send(DATA, last ? END_STREAM : 0, stream, bytes);
    }

    void reset(int stream, int code) throws IOException {
        send(RST_STREAM, 0, stream, number(code));
    }

    void window(int stream, int more) throws IOException {
        send(WINDOW_UPDATE, 0, stream, number(more));
    }

    static byte[] number(int value) {
        return ByteBuffer.allocate(4).putInt(value).array();
    }

    // ---- what it reads ----

    /** The next frame; null if the connection ended instead. */
    Frame read() throws IOException {
        byte[] header = new byte[9];
        for (int i = 0; i < 9; i++) {
            int b = connection.read();
            if (b < 0) {
                return null;
            }
            header[i] = (byte) b;
        }
        ByteBuffer in = ByteBuffer.wrap(header);
        byte[] payload = new byte[(in.get() & 255) << 16 | in.getShort() & 65535];
        int type = in.get();
        int flags = in.get();
        int stream = in.getInt();
        for (int i = 0; i < payload.length; i++) {
            payload[i] = (byte) connection.read();
        }
        Frame frame = new Frame(type, flags, stream, payload);
        note(frame);
        return frame;
    }

    private void note(Frame frame) throws IOException {
        Answer answer = answers.computeIfAbsent(frame.stream(), id -> new Answer());
        switch (frame.type()) {
            case SETTINGS -> {
                if (frame.flags() == 0) {
                    send(SETTINGS, ACK, 0, new byte[0]);
                }
            }
            case HEADERS, CONTINUATION -> {
                block.writeBytes(frame.payload());
                if ((frame.flags() & END_HEADERS) != 0) {
                    fields(frame, answer);
                }
            }
            case DATA -> {
                answer.body.writeBytes(frame.payload());
                if (givesBack && frame.payload().length > 0) {
                    window(0, frame.payload().length);
                    window(frame.stream(), frame.payload().length);
                }
            }
            case RST_STREAM -> answer.reset = frame.code();
            default -> others.add(frame);
        }
        boolean ends = frame.type() == HEADERS || frame.type() == DATA;
        answer.ended |= ends && (frame.flags() & END_STREAM) != 0;
    }

    private void fields(Frame frame, Answer answer) {
        try {
            Http2Headers decoded = decoder.decodeHeaders(frame.stream(), Unpooled.wrappedBuffer(block.toByteArray()));
            block.reset();
            Map<String, String> to = answer.status >= 200 ? answer.trailers : answer.fields;
            decoded.forEach(field -> to.put(field.getKey().toString(), field.getValue().toString()));
            if (decoded.status() != null) {
                int status = Integer.parseInt(decoded.status().toString());
                if (status < 200) {
                    answer.interim.add(status);
                } else {
                    answer.status = status;
                }
            }
        } catch (Http2Exception e) {
            throw new AssertionError("no valid field block", e);
        }
    }

    /** Reads until the stream has ended or was reset, and returns what came of it. */
    Answer answer(int stream) throws IOException {
        Answer answer = soFar(stream);
        while (!answer.ended && answer.reset < 0) {
            if (read() == null) {
                throw new AssertionError("the connection ended before stream " + stream);
            }
        }
        return answer;
    }

    /** What came of the stream so far. */
    Answer soFar(int stream) {
        return answers.computeIfAbsent(stream, id -> new Answer());
    }

    /** Reads up to the next frame of this type, and returns it; null if the connection ended instead. */
    Frame next(int type) throws IOException {
        while (true) {
            Frame frame = read();
            if (frame == null || frame.type() == type) {
                return frame;
            }
        }
    }

    /** Has the proxy answer a ping: what it wrote before that was read. */
    void settle() throws IOException {
        send(PING, 0, 0, new byte[8]);
        Frame answer = next(PING);
        if (answer == null) {
            throw new AssertionError("the connection ended");
        }
    }

    @Override
    public void close() throws IOException {
        connection.close();
    }
}
