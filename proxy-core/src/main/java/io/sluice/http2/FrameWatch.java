package io.sluice.http2;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2FrameTypes;
import io.sluice.http.ProxyError;

/**
 * Looks at the frames of a client before the codec does, at nothing but their headers, and says when they cost more than
 * any use of a connection needs. Frames that say nothing, or want an answer, are paid from a credit that time and useful
 * frames renew. <em>Loop-confined.</em>
 */
final class FrameWatch {
    private static final int PREFACE_BYTES = 24;
    private static final int FRAME_HEADER_BYTES = 9;
    private static final int END_STREAM = 0x1;
    private static final int END_HEADERS = 0x4;
    /** A field block of the longest list there may be fits into few frames. */
    private static final int BLOCK_FRAMES_MAX = 16;
    private static final long CREDIT_MAX = 1000;
    private static final long CREDIT_PER_SECOND = 200;
    private static final int SECOND_NANOS = 1_000_000_000;
    /** What a request, or data, allows besides: window updates, settings, a ping. */
    private static final int CREDIT_OF_A_REQUEST = 4;
    private static final int CREDIT_OF_DATA = 2;

    private final int blockBytesMax;
    private final byte[] header = new byte[FRAME_HEADER_BYTES];
    private int headerBytes;
    /** Bytes to come before the next frame's header. */
    private int skip = PREFACE_BYTES;
    private boolean begun;
    private boolean fields;
    private boolean blockOpen;
    private int blockFrames;
    private int blockBytes;
    private long credit = CREDIT_MAX;
    private long renewedNanos;

    /**
     * Creates it, for a connection of which nothing came yet.
     *
     * @param blockBytesMax of a field block, compressed
     */
    FrameWatch(int blockBytesMax, long nowNanos) {
        this.blockBytesMax = blockBytesMax;
        this.renewedNanos = nowNanos;
    }

    /** Looks at what one read brought, borrowed; null unless it is too much. */
    ProxyError look(ByteBuf in, long nowNanos) {
        renew(nowNanos);
        int at = in.readerIndex();
        int end = in.writerIndex();
        while (at < end) {
            if (skip > 0) {
                int count = Math.min(skip, end - at);
                skip -= count;
                at += count;
                begun |= skip == 0;
                continue;
            }
            header[headerBytes++] = in.getByte(at++);
            if (headerBytes == FRAME_HEADER_BYTES) {
                headerBytes = 0;
                ProxyError flood = frame();
                if (flood != null) {
                    return flood;
                }
            }
        }
        return null;
    }

    private void renew(long nowNanos) {
        long earned = (nowNanos - renewedNanos) * CREDIT_PER_SECOND / SECOND_NANOS;
        if (earned > 0) {
            renewedNanos = nowNanos;
            earn(earned);
        }
    }

    /** Data was sent that a client may answer. */
    void sent(int dataFrames) {
        earn((long) dataFrames * CREDIT_OF_DATA);
    }

    private void earn(long more) {
        credit = Math.min(CREDIT_MAX, credit + more);
    }

    private ProxyError frame() {
        int length = (header[0] & 0xff) << 16 | (header[1] & 0xff) << 8 | header[2] & 0xff;
        int flags = header[4];
        skip = length;
        fields = false;
        return switch (header[3]) {
            case Http2FrameTypes.HEADERS -> {
                earn(CREDIT_OF_A_REQUEST);
                blockFrames = 0;
                blockBytes = 0;
                yield block(length, flags);
            }
            case Http2FrameTypes.CONTINUATION -> block(length, flags);
            case Http2FrameTypes.DATA -> {
                if (length == 0 && (flags & END_STREAM) == 0) {
                    yield spend();
                }
                earn(CREDIT_OF_DATA);
                yield null;
            }
            default -> spend();
        };
    }

    private ProxyError block(int length, int flags) {
        fields = true;
        blockOpen = (flags & END_HEADERS) == 0;
        blockBytes += length;
        boolean flood = ++blockFrames > BLOCK_FRAMES_MAX || blockBytes > blockBytesMax;
        return flood ? ProxyError.HTTP2_CONTINUATION_FLOOD : null;
    }

    private ProxyError spend() {
        return --credit < 0 ? ProxyError.HTTP2_FRAME_FLOOD : null;
    }

    /** Whether the beginning of the connection, or fields, have begun to come, and are not complete. */
    boolean midway() {
        return !begun || blockOpen || fields && skip > 0;
    }
}
