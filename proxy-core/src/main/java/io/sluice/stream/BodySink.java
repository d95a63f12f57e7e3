package io.sluice.stream;

import io.netty.buffer.ByteBuf;
import io.netty.channel.FileRegion;
import io.sluice.http.Trailers;
import io.sluice.transport.SocketReading;

/** A side that body bytes go to. Nothing leaves before {@link #flush}. Implementations are <em>Loop-confined</em>. */
public interface BodySink {

    /** Sends a slice of the body; takes the buffer. */
    void body(ByteBuf data);

    /**
     * Sends bytes of the body that are not in our memory; takes the region. Until the kernel has all of them it is not
     * {@link #writable}, and what is left counts as pending.
     */
    void region(FileRegion data);

    /** The plain socket that they go to; null where there is none (TLS, HTTP/2, a transport without descriptors). */
    SocketReading socket();

    /** Ends the body. */
    void end(Trailers trailers);

    /** Hands what was written to the kernel. */
    void flush();

    /** Whether it wants more; where not, a report follows when it does again. */
    boolean writable();

    /** Bytes written but not yet taken by the kernel. */
    long pendingBytes();
}
