package io.sluice.stream;

import io.netty.buffer.ByteBuf;
import io.sluice.http.Trailers;

/** A side that body bytes go to. Nothing leaves before {@link #flush}. Implementations are <em>Loop-confined</em>. */
public interface BodySink {

    /** Sends a slice of the body; takes the buffer. */
    void body(ByteBuf data);

    /** Ends the body. */
    void end(Trailers trailers);

    /** Hands what was written to the kernel. */
    void flush();

    /** Whether it wants more; where not, a report follows when it does again. */
    boolean writable();

    /** Bytes written but not yet taken by the kernel. */
    long pendingBytes();
}
