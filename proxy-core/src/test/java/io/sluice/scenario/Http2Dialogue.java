package io.sluice.scenario;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a client says and hears as HTTP/1.1, said as HTTP/2 to the proxy: each request a stream, begun
 * without waiting for the answers before it, which are read in the requests' order. What is not read goes back to no stream's
 * window. <em>Thread-safe</em>, for one that writes and one that reads.
 *
 * <p>What ends a connection of HTTP/1.1 does so here for who reads: a stream that is reset within its answer is a reset, and
 * behind an answer to {@code Connection: close} the client closes. Answers behind a GOAWAY say that they are the last. The
 * rest of a request that is reset behind its whole answer is forgotten.
 */
final class Http2Dialogue implements RequestText.Told {
    private static final byte[] PREFACE = Http.bytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    private static final int CONNECTION_WINDOW = 1 << 24;
    private static final int STREAMS = 3;
    private static final int WINDOW = 4;

    private final Socket raw;
    private final int window;
    private final FramesOut frames;
    private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false, 1 << 20);
    private final ByteArrayOutputStream block = new ByteArrayOutputStream();
    /** Whether the fields that are being read end their stream. */
    private boolean ends;
    private int received;

    /** Guarded by {@code this}, as all that follows; those that are not over. */
    private final Map<Integer, AskedStream> streams = new HashMap<>();
    private final Deque<AskedStream> unread = new ArrayDeque<>();
    private long room = 65_535;
    private int streamRoom = 65_535;
    private int most = 100;
    private int next = 1;
    private AskedStream asked;
    private boolean leaving;
    private boolean closing;
    private IOException ended;
    private Throwable defect;
    private int patienceMillis;

    /** Says hello over a connected socket; each stream may be so many bytes ahead of who reads. */
    Http2Dialogue(Socket raw, int window) throws IOException {
        this.raw = raw;
        this.window = window;
        this.frames = new FramesOut(raw);
        frames.write(PREFACE);
        frames.send(FrameClient.SETTINGS, 0, 0, ByteBuffer.allocate(6).putShort((short) WINDOW).putInt(window).array());
        frames.send(FrameClient.WINDOW_UPDATE, 0, 0, FrameClient.number(CONNECTION_WINDOW));
        Thread.ofVirtual().start(this::listen);
    }

    /** Wants nothing more of the request that was begun last, and does not send its rest: what is written next is another. */
    void abandon() throws IOException {
        synchronized (this) {
            if (asked == null || !asked.sendable()) {
                return;
            }
            asked.reset = true;
            forget(asked);
        }
        frames.send(FrameClient.RST_STREAM, 0, asked.id, FrameClient.number(FrameClient.CANCEL));
    }

    // ---- what the proxy sends ----

    private void listen() {
        IOException end = null;
        Throwable wrong = null;
        try {
            DataInputStream from = new DataInputStream(raw.getInputStream());
            while (true) {
                byte[] payload = new byte[from.readUnsignedByte() << 16 | from.readUnsignedShort()];
                FrameClient.Frame frame =
                        new FrameClient.Frame(from.readUnsignedByte(), from.readUnsignedByte(), from.readInt(), payload);
                from.readFully(payload);
                take(frame);
            }
        } catch (IOException e) {
            end = e;
        } catch (Http2Exception | RuntimeException | AssertionError e) {
            wrong = e;
        }
        synchronized (this) {
            ended = end;
            defect = wrong;
            notifyAll();
        }
    }

    private void take(FrameClient.Frame frame) throws IOException, Http2Exception {
        boolean acknowledges = frame.flags() == FrameClient.ACK;
        switch (frame.type()) {
            case FrameClient.SETTINGS -> {
                if (!acknowledges) {
                    settings(ByteBuffer.wrap(frame.payload()));
                    frames.send(FrameClient.SETTINGS, FrameClient.ACK, 0, new byte[0]);
                }
            }
            case FrameClient.PING -> {
                if (!acknowledges) {
                    frames.send(FrameClient.PING, FrameClient.ACK, 0, frame.payload());
                }
            }
            case FrameClient.HEADERS, FrameClient.CONTINUATION -> {
                block.writeBytes(frame.payload());
                ends |= frame.type() == FrameClient.HEADERS && (frame.flags() & FrameClient.END_STREAM) != 0;
                if ((frame.flags() & FrameClient.END_HEADERS) != 0) {
                    fields(frame.stream());
                }
            }
            case FrameClient.DATA -> data(frame);
            default -> control(frame);
        }
    }

    private synchronized void control(FrameClient.Frame frame) {
        AskedStream stream = streams.get(frame.stream());
        switch (frame.type()) {
            case FrameClient.WINDOW_UPDATE -> {
                if (frame.stream() == 0) {
                    room += frame.code();
                } else if (stream != null) {
                    stream.room += frame.code();
                }
            }
            case FrameClient.RST_STREAM -> {
                if (stream != null) {
                    stream.reset = true;
                }
            }
            case FrameClient.GO_AWAY -> {
                leaving = true;
                int last = ByteBuffer.wrap(frame.payload()).getInt();
                streams.values().forEach(one -> one.reset |= one.id > last);
            }
            default -> throw new AssertionError("unexpected: " + frame);
        }
        forget(stream);
        notifyAll();
    }

    private synchronized void settings(ByteBuffer settings) {
        while (settings.hasRemaining()) {
            int setting = settings.getShort();
            int value = settings.getInt();
            if (setting == STREAMS) {
                most = value;
            } else if (setting == WINDOW) {
                int more = value - streamRoom;
                streamRoom = value;
                streams.values().forEach(stream -> stream.room += more);
            }
        }
        notifyAll();
    }

    private void fields(int id) throws Http2Exception {
        var decoded = decoder.decodeHeaders(id, Unpooled.wrappedBuffer(block.toByteArray()));
        block.reset();
        synchronized (this) {
            AskedStream stream = streams.get(id);
            if (stream != null) {
                stream.answer.fields(decoded, ends, leaving);
            }
            forget(stream);
            notifyAll();
        }
        ends = false;
    }

    private void data(FrameClient.Frame frame) throws IOException {
        synchronized (this) {
            AskedStream stream = streams.get(frame.stream());
            if (stream != null) {
                stream.answer.data(frame.payload(), (frame.flags() & FrameClient.END_STREAM) != 0);
            }
            forget(stream);
            notifyAll();
        }
        received += frame.payload().length;
        if (received > CONNECTION_WINDOW / 4) {
            frames.send(FrameClient.WINDOW_UPDATE, 0, 0, FrameClient.number(received));
            received = 0;
        }
    }

    private void forget(AskedStream stream) {
        if (stream != null && !stream.active()) {
            streams.remove(stream.id);
        }
    }

    // ---- what the test reads ----

    /** Bytes that can be read without waiting. */
    synchronized int available() {
        AskedStream first = first();
        return first == null ? 0 : first.answer.readable();
    }

    /** Reads as a socket does. */
    int read(byte[] to, int offset, int length) throws IOException {
        int count;
        int credit;
        AskedStream stream;
        synchronized (this) {
            stream = awaitReadable();
            if (stream == null) {
                return -1;
            }
            count = stream.answer.read(to, offset, length);
            credit = stream.answer.complete() ? 0 : stream.answer.taken(window / 4);
            first();
        }
        if (credit > 0) {
            try {
                frames.send(FrameClient.WINDOW_UPDATE, 0, stream.id, FrameClient.number(credit));
            } catch (SocketException e) {
                // What has come can be read still.
            }
        }
        return count;
    }

    /** The stream whose answer is next, perhaps nothing of it there yet; null = none is asked for. */
    private AskedStream first() {
        while (!unread.isEmpty() && unread.getFirst().answer.over()) {
            AskedStream over = unread.removeFirst();
            closing |= over.last;
        }
        return unread.peekFirst();
    }

    /** The stream to read of; null = the connection was closed. */
    private AskedStream awaitReadable() throws IOException {
        long until = System.nanoTime() + patienceMillis * 1_000_000L;
        while (true) {
            AskedStream first = first();
            if (closing) {
                raw.close();
                return null;
            }
            if (first != null && first.answer.isReadable()) {
                return first;
            }
            if (defect != null) {
                throw new AssertionError("the proxy's frames", defect);
            }
            if (first != null && first.reset && !first.answer.complete()) {
                throw new SocketException("the stream was reset");
            }
            if (ended instanceof EOFException) {
                return null;
            }
            if (ended != null) {
                throw new SocketException(ended.getMessage());
            }
            pause(until);
        }
    }

    private void pause(long until) throws IOException {
        long millis = patienceMillis == 0 ? 0 : (until - System.nanoTime()) / 1_000_000;
        if (millis < 0 || millis == 0 && patienceMillis > 0) {
            throw new SocketTimeoutException();
        }
        await(millis);
    }

    private void await(long millis) throws SocketException {
        try {
            wait(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SocketException("interrupted");
        }
    }

    // ---- what the test writes ----

    @Override
    public void begin(List<String> fields, boolean bare, boolean last) throws IOException {
        int id;
        synchronized (this) {
            while (!shut() && streams.size() >= most) {
                await(0);
            }
            asked = null;
            if (shut()) {
                return;
            }
            asked = new AskedStream(next, new AnswerText(fields.get(1).equals("HEAD")), last, streamRoom);
            asked.asked = bare;
            next += 2;
            id = asked.id;
            streams.put(id, asked);
            unread.add(asked);
        }
        byte[] all = FrameClient.fields(fields.toArray(String[]::new));
        frames.fields(id, all, bare);
    }

    @Override
    public void data(byte[] bytes, int offset, int length, boolean last) throws IOException {
        int end = offset + length;
        for (int at = offset; at < end; ) {
            int part;
            boolean ending;
            synchronized (this) {
                while (asked != null && asked.sendable() && !shutForGood() && Math.min(room, asked.room) <= 0) {
                    await(0);
                }
                checkOpen();
                if (asked == null || !asked.sendable()) {
                    return;
                }
                part = (int) Math.min(Math.min(room, asked.room), Math.min(FramesOut.FRAME_BYTES, end - at));
                room -= part;
                asked.room -= part;
                ending = last && at + part == end;
                ended(ending);
            }
            frames.send(FrameClient.DATA, ending ? FrameClient.END_STREAM : 0, asked.id,
                    java.util.Arrays.copyOfRange(bytes, at, at + part));
            at += part;
        }
    }

    @Override
    public void end(List<String> trailers) throws IOException {
        synchronized (this) {
            checkOpen();
            if (asked == null || !asked.sendable()) {
                return;
            }
            ended(true);
        }
        if (trailers.isEmpty()) {
            frames.send(FrameClient.DATA, FrameClient.END_STREAM, asked.id, new byte[0]);
        } else {
            frames.fields(asked.id, FrameClient.fields(trailers.toArray(String[]::new)), true);
        }
    }

    private void ended(boolean ending) {
        asked.asked = ending;
        forget(asked);
    }

    /** Fails if the proxy has closed. */
    synchronized void checkOpen() throws SocketException {
        if (shutForGood()) {
            throw new SocketException("Broken pipe");
        }
    }

    private boolean shutForGood() {
        return ended != null || defect != null;
    }

    /** Whether no further request is wanted. */
    private boolean shut() {
        return closing || leaving || shutForGood() || !unread.isEmpty() && unread.getLast().last;
    }

    /** A read waits for so long; 0 = for ever. */
    synchronized void patience(int millis) {
        patienceMillis = millis;
    }
}
