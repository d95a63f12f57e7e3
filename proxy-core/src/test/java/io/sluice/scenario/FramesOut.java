package io.sluice.scenario;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.util.Arrays;

/** Writes frames to a socket, each whole; nothing any more once its output is shut. <em>Thread-safe.</em> */
final class FramesOut {
    static final int FRAME_BYTES = 16_384;

    private final Socket raw;

    FramesOut(Socket raw) {
        this.raw = raw;
    }

    /** Writes a frame. */
    void send(int type, int flags, int stream, byte[] payload) throws IOException {
        write(FrameClient.frame(type, flags, stream, payload));
    }

    /** Writes fields in as many frames as they need, with which perhaps the stream ends. */
    void fields(int stream, byte[] all, boolean last) throws IOException {
        ByteArrayOutputStream frames = new ByteArrayOutputStream();
        for (int at = 0; at < all.length; at += FRAME_BYTES) {
            int end = Math.min(all.length, at + FRAME_BYTES);
            int flags = (end == all.length ? FrameClient.END_HEADERS : 0) | (at == 0 && last ? FrameClient.END_STREAM : 0);
            frames.writeBytes(FrameClient.frame(at == 0 ? FrameClient.HEADERS : FrameClient.CONTINUATION, flags, stream,
                    Arrays.copyOfRange(all, at, end)));
        }
        write(frames.toByteArray());
    }

    /** Writes bytes as they are. */
    synchronized void write(byte[] bytes) throws IOException {
        if (!raw.isOutputShutdown()) {
            raw.getOutputStream().write(bytes);
        }
    }
}
