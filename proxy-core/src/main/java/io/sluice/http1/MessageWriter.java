package io.sluice.http1;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.FileRegion;
import io.sluice.http.Ascii;
import io.sluice.http.BodyFraming;
import io.sluice.http.HeaderName;
import io.sluice.http.RequestHead;
import io.sluice.http.ResponseHead;
import io.sluice.http.Trailers;
import io.sluice.transport.ProxyHeader;
import java.nio.charset.StandardCharsets;

/**
 * Writes messages to one channel: heads composed in one piece, framing made here and nowhere else, small bodies copied
 * behind their heads so that they leave in one system call. <em>Loop-confined.</em> <em>Ownership</em>: owns the piece being
 * gathered until {@link #flush} or {@link #release}.
 */
final class MessageWriter {
    /** Slices up to this size are copied behind what was gathered; larger ones are written as they are. */
    private static final int COPIED_BYTES_MAX = 4096;
    private static final int PIECE_BYTES = 512;
    private static final int CHUNK_LINE_BYTES = 18;
    /** All that a head gets besides the fields passed on: first line, framing, Connection, Date, the empty line. */
    private static final int OURS_BYTES_MAX = 256;

    private static final byte[] HTTP_11 = ascii(" HTTP/1.1\r\n");
    private static final byte[] VERSION = ascii("HTTP/1.1 ");
    private static final byte[] CONTENT_LENGTH = ascii("Content-Length: ");
    private static final byte[] CHUNKED = ascii("Transfer-Encoding: chunked\r\n");
    private static final byte[] CLOSE = ascii("Connection: close\r\n");
    private static final byte[] KEEP_ALIVE = ascii("Connection: keep-alive\r\n");
    private static final byte[] LAST_CHUNK = ascii("0\r\n");
    private static final int CRLF = '\r' << 8 | '\n';

    private final Channel channel;
    private final HeadStore store;
    private ByteBuf piece;
    private boolean chunked;
    private FileRegion region;
    /** Whether anything of the message was handed to the channel. */
    private boolean left;

    MessageWriter(Channel channel, HeadStore store) {
        this.channel = channel;
        this.store = store;
    }

    /** What a message says about its connection. */
    enum Persistence {
        /** Nothing: HTTP/1.1 persists by default. */
        DEFAULT,
        /** That it persists: HTTP/1.0 has to be told. */
        KEEP_ALIVE,
        /** That it ends with this response. */
        CLOSE
    }

    /** Gathers what a connection begins with, in front of its first request. */
    void preface(ProxyHeader header) {
        header.writeTo(room(ProxyHeader.BYTES_MAX));
    }

    /** Gathers a request's head; borrows it. */
    void request(RequestHead head, Persistence persistence) {
        byte[] to = store.scratch(head.length() + OURS_BYTES_MAX);
        byte[] from = head.bytes();
        int at = copy(from, head.methodStart(), head.methodEnd(), to, 0);
        to[at++] = ' ';
        at = copy(from, head.forwardedPathStart(), head.forwardedPathEnd(), to, at);
        at = copy(from, head.pathEnd(), head.queryEnd(), to, at);
        at = put(HTTP_11, to, at);
        at = head.copyFields(to, at);
        at = persistence(persistence, to, framing(head.framing(), head.contentLength(), to, at));
        end(to, at, bodyHint(head.framing(), head.contentLength()));
        chunked = head.framing() == BodyFraming.CHUNKED;
    }

    /** Gathers an interim response's head; borrows it. */
    void interim(ResponseHead head) {
        byte[] to = store.scratch(head.length() + OURS_BYTES_MAX);
        int at = head.copyFields(to, statusLine(head, to));
        end(to, at, 0);
    }

    /**
     * Gathers a final response's head; borrows it.
     *
     * @param framing how this connection will know the body's end
     */
    void response(ResponseHead head, BodyFraming framing, Persistence persistence) {
        byte[] to = store.scratch(head.length() + OURS_BYTES_MAX);
        int at = head.copyFields(to, statusLine(head, to));
        if (head.find(HeaderName.DATE) < 0) {
            at = put(store.date(), to, at);
        }
        at = persistence(persistence, to, framing(framing, head.contentLength(), to, at));
        end(to, at, bodyHint(framing, head.contentLength()));
        chunked = framing == BodyFraming.CHUNKED;
    }

    private static int statusLine(ResponseHead head, byte[] to) {
        int at = put(VERSION, to, 0);
        int status = head.status();
        to[at++] = (byte) ('0' + status / 100);
        to[at++] = (byte) ('0' + status / 10 % 10);
        to[at++] = (byte) ('0' + status % 10);
        to[at++] = ' ';
        if (head.reasonEnd() > head.reasonStart()) {
            at = copy(head.bytes(), head.reasonStart(), head.reasonEnd(), to, at);
        } else {
            at = put(Reasons.of(status), to, at);
        }
        to[at++] = '\r';
        to[at++] = '\n';
        return at;
    }

    private static int framing(BodyFraming framing, long contentLength, byte[] to, int at) {
        if (framing == BodyFraming.CHUNKED) {
            return put(CHUNKED, to, at);
        }
        if (contentLength < 0 || framing == BodyFraming.UNTIL_CLOSE) {
            return at;
        }
        int out = Ascii.putDecimal(contentLength, to, put(CONTENT_LENGTH, to, at));
        to[out++] = '\r';
        to[out++] = '\n';
        return out;
    }

    private static int persistence(Persistence persistence, byte[] to, int at) {
        return switch (persistence) {
            case DEFAULT -> at;
            case KEEP_ALIVE -> put(KEEP_ALIVE, to, at);
            case CLOSE -> put(CLOSE, to, at);
        };
    }

    /** How many bytes of body are worth room behind the head. */
    private static int bodyHint(BodyFraming framing, long contentLength) {
        return switch (framing) {
            case NONE, UNTIL_CLOSE -> 0;
            case LENGTH -> contentLength <= COPIED_BYTES_MAX ? (int) contentLength : 0;
            case CHUNKED -> PIECE_BYTES;
        };
    }

    private void end(byte[] head, int length, int bodyHint) {
        left = false;
        head[length] = '\r';
        head[length + 1] = '\n';
        room(length + 2 + bodyHint).writeBytes(head, 0, length + 2);
    }

    /** Gathers or writes a slice of the body; takes it. */
    void body(ByteBuf data) {
        int count = data.readableBytes();
        if (chunked && count > 0) {
            ByteBuf line = room(CHUNK_LINE_BYTES);
            Ascii.writeHex(count, line);
            line.writeShort(CRLF);
        }
        if (piece != null && count <= COPIED_BYTES_MAX && piece.writableBytes() >= count) {
            piece.writeBytes(data);
            data.release();
        } else {
            writePiece();
            left = true;
            channel.write(data, channel.voidPromise());
        }
        if (chunked && count > 0) {
            room(CHUNK_LINE_BYTES).writeShort(CRLF);
        }
    }

    /**
     * Writes bytes of the body that are not in our memory, behind what was gathered; takes the region.
     *
     * @param onGone run when the kernel has all of them; a failure is reported by the channel as of any write
     */
    void region(FileRegion data, Runnable onGone) {
        long count = data.count();
        if (chunked) {
            ByteBuf line = room(CHUNK_LINE_BYTES);
            Ascii.writeHex(count, line);
            line.writeShort(CRLF);
        }
        writePiece();
        left = true;
        region = data;
        channel.write(data).addListener((ChannelFutureListener) gone -> {
            region = null;
            if (gone.isSuccess()) {
                onGone.run();
            } else {
                channel.pipeline().fireExceptionCaught(gone.cause());
            }
        });
        if (chunked) {
            room(CHUNK_LINE_BYTES).writeShort(CRLF);
        }
    }

    /** Whether a region was not yet taken whole by the kernel. */
    boolean regionWaits() {
        return region != null;
    }

    /** Ends the message. */
    void end(Trailers trailers) {
        if (chunked) {
            chunked = false;
            ByteBuf out = room(LAST_CHUNK.length + trailers.length() + 2).writeBytes(LAST_CHUNK);
            trailers.writeTo(out);
            out.writeShort(CRLF);
        }
    }

    /** Writes what was gathered; somebody else is going to flush. */
    void handOver() {
        writePiece();
    }

    /** Writes what was gathered, and hands all to the kernel as far as it takes it. */
    void flush() {
        writePiece();
        channel.flush();
    }

    /** Bytes not yet taken by the kernel. */
    long pendingBytes() {
        ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
        // Netty counts no bytes of a region.
        return (buffer == null ? 0 : buffer.totalPendingWriteBytes())
                + (piece == null ? 0 : piece.readableBytes())
                + (region == null ? 0 : region.count() - region.transferred());
    }

    /** Forgets the message, if nothing of it was handed to the channel; returns whether that is so. */
    boolean retract() {
        if (left) {
            return false;
        }
        release();
        chunked = false;
        return true;
    }

    /** Forgets what was gathered; idempotent. */
    void release() {
        if (piece != null) {
            piece.release();
            piece = null;
        }
    }

    private void writePiece() {
        if (piece != null) {
            ByteBuf whole = piece;
            piece = null;
            left = true;
            channel.write(whole, channel.voidPromise());
        }
    }

    /** The piece being gathered, with room for so many bytes more. */
    private ByteBuf room(int count) {
        if (piece != null && piece.writableBytes() < count) {
            writePiece();
        }
        if (piece == null) {
            piece = store.piece(count);
        }
        return piece;
    }

    private static int put(byte[] bytes, byte[] to, int at) {
        System.arraycopy(bytes, 0, to, at, bytes.length);
        return at + bytes.length;
    }

    private static int copy(byte[] from, int start, int end, byte[] to, int at) {
        System.arraycopy(from, start, to, at, end - start);
        return at + end - start;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
