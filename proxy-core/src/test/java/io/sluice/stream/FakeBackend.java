package io.sluice.stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.FileRegion;
import io.sluice.config.BufferConfig;
import io.sluice.http.BodyFraming;
import io.sluice.http.HeadLimits;
import io.sluice.http.HeadParser;
import io.sluice.http.Method;
import io.sluice.http.ParseStatus;
import io.sluice.http.ProxyError;
import io.sluice.http.RequestHead;
import io.sluice.http.ResponseHead;
import io.sluice.http.Trailers;
import io.sluice.transport.ProxyHeader;
import io.sluice.transport.LoopBuffer;
import io.sluice.transport.RawSocket;
import io.sluice.transport.SocketReading;
import io.sluice.transport.SocketlessChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A backend of no protocol: notes what it is told, and says what a test wants. <em>Loop-confined.</em> */
public final class FakeBackend implements BackendStream {
    private static final HeadParser PARSER = new HeadParser(new HeadLimits(65536, 65536, 100));

    /** What happened, in order: {@code head}, {@code flush}, {@code end}, {@code pause}, {@code resume}, {@code bulk}. */
    public final List<String> events = new ArrayList<>();
    /** Every slice it reported. */
    public final List<ByteBuf> slices = new ArrayList<>();
    /** Whom it is for; null = nobody said. */
    public ProxyHeader header;
    /** The method and target that came last. */
    public String target;
    /** How the request's body is framed. */
    public BodyFraming framing;
    /** The request body that came. */
    public String body = "";
    /** Whether the request was ended. */
    public boolean ended;
    /** Whether it wants more. */
    public boolean writable = true;
    /** Whether it is read. */
    public boolean paused;
    /** Whether it was closed. */
    public boolean closed;
    /** What {@link #reusable} says. */
    public boolean reusable;
    /** What {@link #keepAliveNanos} says. */
    public long keepAliveNanos = -1;
    /** Its socket, once it was left to a tunnel. */
    public SocketlessChannel detached;
    /** Run within the next flush, once. */
    public Runnable onFlush;
    /** Who is told. */
    public BackendListener listener;
    private Method method = Method.GET;

    // ---- what a test lets it say ----

    /** Says a head, as one read brings it. */
    public void says(String... lines) {
        saysHead(lines);
        if (!closed) {
            listener.onResponseBatchEnd();
        }
    }

    /** Says a head, the bytes of the same read going on. */
    public void saysHead(String... lines) {
        ResponseHead head = new ResponseHead();
        ByteBuf bytes = text(String.join("\r\n", lines) + "\r\n\r\n");
        ParseStatus status = PARSER.parseResponse(head, bytes, method);
        if (status != ParseStatus.COMPLETE) {
            throw new AssertionError(head.error() + " of " + String.join("|", lines));
        }
        bytes.release();
        listener.onResponseHead(head);
    }

    /** Says some body, as one read brings it. */
    public void saysBody(String text) {
        ByteBuf slice = text(text);
        slices.add(slice);
        listener.onResponseBody(slice);
        if (!closed) {
            listener.onResponseBatchEnd();
        }
    }

    /** Says that the response ended; the connection may be used again. */
    public void saysEnd() {
        reusable = true;
        listener.onResponseEnd(Trailers.NONE);
    }

    /** Is gone, as a protocol reports it: closed first. */
    public void isGone(ProxyError why) {
        close();
        listener.onBackendGone(why);
    }

    private static ByteBuf text(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1);
    }

    // ---- what it is told ----

    @Override
    public void listener(BackendListener newListener) {
        listener = newListener;
    }

    @Override
    public void introduce(ProxyHeader client) {
        events.add("introduce");
        header = client;
    }

    @Override
    public void head(RequestHead head) {
        events.add("head");
        method = head.method();
        target = head.methodText() + " " + head.text(head.forwardedPathStart(), head.forwardedPathEnd());
        framing = head.framing();
        body = "";
        ended = false;
        reusable = false;
    }

    @Override
    public void body(ByteBuf data) {
        body += data.toString(StandardCharsets.ISO_8859_1);
        data.release();
    }

    @Override
    public void end(Trailers trailers) {
        events.add("end");
        ended = true;
    }

    @Override
    public void flush() {
        events.add("flush");
        Runnable now = onFlush;
        onFlush = null;
        if (now != null) {
            now.run();
        }
    }

    @Override
    public boolean writable() {
        return writable;
    }

    @Override
    public long pendingBytes() {
        return 0;
    }

    @Override
    public void pause() {
        events.add("pause");
        paused = true;
    }

    @Override
    public void resume() {
        events.add("resume");
        paused = false;
    }

    @Override
    public void pace(SocketReading.Pace pace) {
        if (pace == SocketReading.Pace.LONG) {
            events.add("bulk");
        }
    }

    @Override
    public boolean reusable() {
        return reusable && !closed;
    }

    @Override
    public long keepAliveNanos() {
        return keepAliveNanos;
    }

    @Override
    public void close() {
        closed = true;
    }

    @Override
    public long contiguous() {
        return 0;
    }

    @Override
    public SocketReading socket() {
        return null;
    }

    @Override
    public void taken(long bytes, boolean followed) {
        throw new UnsupportedOperationException();
    }

    @Override
    public RawSocket detach() {
        detached = new SocketlessChannel();
        LoopBuffer reads = new LoopBuffer(detached.alloc());
        BufferConfig buffers = new BufferConfig(16 << 10, 128 << 10, 64 << 10);
        return new RawSocket(detached, new SocketReading(detached, buffers, reads), null);
    }

    @Override
    public void region(FileRegion data) {
        throw new UnsupportedOperationException();
    }
}
