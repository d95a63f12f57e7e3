package io.sluice.stream;

import io.netty.buffer.ByteBuf;
import io.sluice.http.ProxyError;

/**
 * One end of a tunnel, a socket or a stream of a connection: its bytes are body without framing, up to its end. Implementations
 * are <em>Loop-confined</em>. <em>Ends</em> by {@link #close} or {@link #reset}, whichever comes first; nothing is reported
 * afterwards.
 */
public interface TunnelEnd extends BodySource, BodySink {

    /** Who is told what comes of it. */
    interface Listener {
        /** Bytes came; takes them. */
        void onBytes(ByteBuf data);

        /** So many crossed without being read here. */
        void onTaken(long bytes);

        /** No more came in this turn of the loop. */
        void onBatchEnd();

        /** Whether what came fills the other end, so that no more is wanted now. */
        boolean blocked();

        /** Nothing follows what came. */
        void onInputEnd();

        /** It takes more again. */
        void onWritable();

        /** All that it was told is with the kernel, the end included. */
        void onOutputEnd();

        /**
         * It can't go on.
         *
         * @param why null = whoever is there broke it off
         */
        void onBroken(ProxyError why);

        /** A defect of ours. */
        void onFailed();
    }

    /** Begins to report; what came before is the first. */
    void begin(Listener listener);

    /** Flushes, and reads from here on, if its end did not come already. */
    void open();

    /** Bytes that a read asks for now. */
    int readBytes();

    /** Closes it, all said; idempotent. */
    void close();

    /** Ends it so that nobody takes what was said for all there was; idempotent. */
    void reset();
}
