package io.sluice.http2;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.Http2Flags;
import io.netty.handler.codec.http2.Http2FrameSizePolicy;
import io.netty.handler.codec.http2.Http2FrameTypes;
import io.netty.handler.codec.http2.Http2FrameWriter;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Settings;
import io.sluice.http.ResponseHead;
import io.sluice.http.Trailers;
import io.sluice.http1.HeadStore;

/**
 * Gathers the frames of one connection, all streams' and the codec's own, in one piece of memory, so that what one turn of
 * the loop brings leaves in one system call; long data is written as it is behind it. <em>Loop-confined.</em>
 * <em>Ownership</em>: owns the piece until {@link #pass} or {@link #close}.
 */
final class FrameOutput
        implements Http2FrameWriter, Http2FrameWriter.Configuration, Http2FrameSizePolicy, Http2HeadersEncoder.Configuration {
    /** Data up to this size is copied behind what was gathered. */
    private static final int COPIED_BYTES_MAX = 4096;
    private static final int FRAME_HEADER_BYTES = 9;
    private static final int FRAME_BYTES_LEAST = 16_384;
    private static final int END_STREAM = 0x1;
    private static final int ACK = 0x1;
    private static final int END_HEADERS = 0x4;

    private final HeadStore store;
    private ChannelHandlerContext context;
    private ByteBuf piece;
    private int frameBytesMax = FRAME_BYTES_LEAST;
    private boolean tableRefused;
    /** The last response's head: its stream, where it begins and ends, and whether it refused the table. */
    private int headStream;
    private int headStart;
    private int headEnd;
    private boolean headRefusedTable;
    private int controlFrames;
    private int dataFrames;
    private long headerListMax;

    FrameOutput(HeadStore store) {
        this.store = store;
    }

    /** Where frames go from now on. */
    void to(ChannelHandlerContext handler) {
        context = handler;
    }

    // ---- of streams ----

    /** Gathers a response's head. */
    void head(int stream, ResponseHead head, boolean last) {
        int most = FieldBlock.bytesMax(head) + 1;
        byte[] date = head.interim() ? null : store.date();
        ByteBuf out = room(FRAME_HEADER_BYTES + most);
        headStream = stream;
        headStart = out.writerIndex();
        headRefusedTable = !tableRefused;
        int body = begin(out);
        FieldBlock.response(head, date, out);
        end(out, body, stream, last);
        headEnd = piece.writerIndex();
    }

    /** Gathers trailers, which end the stream. */
    void trailers(int stream, Trailers trailers) {
        ByteBuf out = room(FRAME_HEADER_BYTES + FieldBlock.bytesMax(trailers) + 1);
        int body = begin(out);
        FieldBlock.trailers(trailers, out);
        end(out, body, stream, true);
    }

    /** Leaves room for a frame's header, and returns where its payload begins. */
    private int begin(ByteBuf out) {
        out.writeZero(FRAME_HEADER_BYTES);
        int body = out.writerIndex();
        if (!tableRefused) {
            tableRefused = true;
            out.writeByte(FieldBlock.NO_TABLE);
        }
        return body;
    }

    private void end(ByteBuf out, int body, int stream, boolean last) {
        int length = out.writerIndex() - body;
        int flags = last ? END_STREAM : 0;
        if (length <= frameBytesMax) {
            header(out, body - FRAME_HEADER_BYTES, length, Http2FrameTypes.HEADERS, flags | END_HEADERS, stream);
            return;
        }
        // RFC 9113 §6.10: what doesn't fit into the frame follows in others, and nothing in between.
        byte[] block = new byte[length];
        out.getBytes(body, block);
        out.writerIndex(body - FRAME_HEADER_BYTES);
        int frames = (length + frameBytesMax - 1) / frameBytesMax;
        ByteBuf to = room(length + frames * FRAME_HEADER_BYTES);
        for (int at = 0; at < length; at += frameBytesMax) {
            int count = Math.min(frameBytesMax, length - at);
            byte type = at == 0 ? Http2FrameTypes.HEADERS : Http2FrameTypes.CONTINUATION;
            int ends = at + count == length ? END_HEADERS : 0;
            frame(to, count, type, at == 0 ? flags | ends : ends, stream);
            to.writeBytes(block, at, count);
        }
        // It can't be taken back.
        headStream = 0;
    }

    /** Forgets the head of this stream's response, if it was gathered last and is here still; returns whether that is so. */
    boolean retract(int stream) {
        if (piece == null || headStream != stream || piece.writerIndex() != headEnd) {
            return false;
        }
        piece.writerIndex(headStart);
        tableRefused &= !headRefusedTable;
        headStream = 0;
        return true;
    }

    /** Gathers or writes data; takes it. */
    void data(int stream, ByteBuf data, boolean last) {
        int left = data.readableBytes();
        while (left > frameBytesMax) {
            frameOf(stream, data.readRetainedSlice(frameBytesMax), 0);
            left -= frameBytesMax;
        }
        frameOf(stream, data, last ? END_STREAM : 0);
    }

    private void frameOf(int stream, ByteBuf data, int flags) {
        int count = data.readableBytes();
        dataFrames++;
        if (count <= COPIED_BYTES_MAX) {
            ByteBuf out = room(FRAME_HEADER_BYTES + count);
            frame(out, count, Http2FrameTypes.DATA, flags, stream);
            out.writeBytes(data);
            data.release();
            return;
        }
        if (piece != null && piece.writableBytes() >= FRAME_HEADER_BYTES) {
            frame(piece, count, Http2FrameTypes.DATA, flags, stream);
            pass();
        } else {
            pass();
            ByteBuf header = context.alloc().directBuffer(FRAME_HEADER_BYTES);
            frame(header, count, Http2FrameTypes.DATA, flags, stream);
            context.write(header, context.voidPromise());
        }
        context.write(data, context.voidPromise());
    }

    /** Data frames since this was asked last. */
    int dataFrames() {
        int count = dataFrames;
        dataFrames = 0;
        return count;
    }

    // ---- the piece ----

    private ByteBuf room(int count) {
        if (piece != null && piece.writableBytes() < count) {
            pass();
        }
        if (piece == null) {
            piece = store.piece(count);
        }
        return piece;
    }

    private static void frame(ByteBuf out, int length, byte type, int flags, int stream) {
        int at = out.writerIndex();
        out.writerIndex(at + FRAME_HEADER_BYTES);
        header(out, at, length, type, flags, stream);
    }

    private static void header(ByteBuf out, int at, int length, byte type, int flags, int stream) {
        out.setMedium(at, length);
        out.setByte(at + 3, type);
        out.setByte(at + 4, flags);
        out.setInt(at + 5, stream);
    }

    /** Hands what was gathered to the channel. */
    void pass() {
        if (piece != null) {
            ByteBuf whole = piece;
            piece = null;
            headStream = 0;
            context.write(whole, context.voidPromise());
        }
    }

    /** Bytes gathered. */
    int gathered() {
        return piece == null ? 0 : piece.readableBytes();
    }

    /** Frames that answer a client's, since all that was written had been taken by the kernel. */
    int controlFrames() {
        return controlFrames;
    }

    /** The kernel has all. */
    void taken() {
        controlFrames = 0;
    }

    @Override
    public void close() {
        if (piece != null) {
            piece.release();
            piece = null;
        }
    }

    // ---- of the codec: what it writes here counts as written ----

    @Override
    public ChannelFuture writeRstStream(ChannelHandlerContext ignored, int stream, long code, ChannelPromise promise) {
        controlFrames++;
        ByteBuf out = room(FRAME_HEADER_BYTES + 4);
        frame(out, 4, Http2FrameTypes.RST_STREAM, 0, stream);
        out.writeInt((int) code);
        return promise.setSuccess();
    }

    @Override
    public ChannelFuture writeSettings(ChannelHandlerContext ignored, Http2Settings settings, ChannelPromise promise) {
        int length = settings.size() * 6;
        ByteBuf out = room(FRAME_HEADER_BYTES + length);
        frame(out, length, Http2FrameTypes.SETTINGS, 0, 0);
        settings.forEach((key, value) -> out.writeShort(key).writeInt(value.intValue()));
        return promise.setSuccess();
    }

    @Override
    public ChannelFuture writeSettingsAck(ChannelHandlerContext ignored, ChannelPromise promise) {
        controlFrames++;
        frame(room(FRAME_HEADER_BYTES), 0, Http2FrameTypes.SETTINGS, ACK, 0);
        return promise.setSuccess();
    }

    @Override
    public ChannelFuture writePing(ChannelHandlerContext ignored, boolean ack, long data, ChannelPromise promise) {
        controlFrames++;
        ByteBuf out = room(FRAME_HEADER_BYTES + 8);
        frame(out, 8, Http2FrameTypes.PING, ack ? ACK : 0, 0);
        out.writeLong(data);
        return promise.setSuccess();
    }

    @Override
    public ChannelFuture writeGoAway(
            ChannelHandlerContext ignored, int lastStream, long code, ByteBuf text, ChannelPromise promise) {
        goAway(lastStream, code);
        text.release();
        return promise.setSuccess();
    }

    /** Gathers a GOAWAY. */
    void goAway(int lastStream, long code) {
        ByteBuf out = room(FRAME_HEADER_BYTES + 8);
        frame(out, 8, Http2FrameTypes.GO_AWAY, 0, 0);
        out.writeInt(lastStream).writeInt((int) code);
    }

    @Override
    public ChannelFuture writeWindowUpdate(
            ChannelHandlerContext ignored, int stream, int increment, ChannelPromise promise) {
        ByteBuf out = room(FRAME_HEADER_BYTES + 4);
        frame(out, 4, Http2FrameTypes.WINDOW_UPDATE, 0, stream);
        out.writeInt(increment);
        return promise.setSuccess();
    }

    // ---- what a server's codec never writes, or we write ourselves ----

    @Override
    public ChannelFuture writeData(
            ChannelHandlerContext ignored, int stream, ByteBuf data, int padding, boolean last, ChannelPromise promise) {
        data.release();
        return unused(promise);
    }

    @Override
    public ChannelFuture writeHeaders(
            ChannelHandlerContext ignored, int stream, Http2Headers headers, int padding, boolean last,
            ChannelPromise promise) {
        return unused(promise);
    }

    @Override
    public ChannelFuture writeHeaders(
            ChannelHandlerContext ignored, int stream, Http2Headers headers, int dependency, short weight,
            boolean exclusive, int padding, boolean last, ChannelPromise promise) {
        return unused(promise);
    }

    @Override
    public ChannelFuture writePriority(
            ChannelHandlerContext ignored, int stream, int dependency, short weight, boolean exclusive,
            ChannelPromise promise) {
        return unused(promise);
    }

    @Override
    public ChannelFuture writePushPromise(
            ChannelHandlerContext ignored, int stream, int promised, Http2Headers headers, int padding,
            ChannelPromise promise) {
        return unused(promise);
    }

    @Override
    public ChannelFuture writeFrame(
            ChannelHandlerContext ignored, byte type, int stream, Http2Flags flags, ByteBuf payload,
            ChannelPromise promise) {
        payload.release();
        return unused(promise);
    }

    private static ChannelFuture unused(ChannelPromise promise) {
        return promise.setFailure(new UnsupportedOperationException("a frame that is not written this way"));
    }

    // ---- the peer's settings ----

    @Override
    public Http2FrameWriter.Configuration configuration() {
        return this;
    }

    @Override
    public Http2HeadersEncoder.Configuration headersConfiguration() {
        return this;
    }

    @Override
    public Http2FrameSizePolicy frameSizePolicy() {
        return this;
    }

    @Override
    public void maxFrameSize(int max) {
        // Larger frames would only keep other streams waiting.
        frameBytesMax = Math.min(max, FRAME_BYTES_LEAST);
    }

    @Override
    public int maxFrameSize() {
        return frameBytesMax;
    }

    @Override
    public void maxHeaderTableSize(long max) {
        // No table is used.
    }

    @Override
    public long maxHeaderTableSize() {
        return 0;
    }

    @Override
    public void maxHeaderListSize(long max) {
        // Advice only (RFC 9113 §6.5.2): a response that is too long for its client is the client's to refuse.
        headerListMax = max;
    }

    @Override
    public long maxHeaderListSize() {
        return headerListMax;
    }
}
