package io.sluice.stream;

import io.sluice.transport.SocketReading;

/** A side that body bytes come from. Reading is switched by exactly one object at a time: the relay while a body moves. Implementations are <em>Loop-confined</em>. */
public interface BodySource {

    /** Reads no more, so that the kernel's buffer fills and the sender is held back. What was read still arrives. */
    void pause();

    /** Reads again. */
    void resume();

    /**
     * How many bytes of the body come next over the socket just as they are, none of them read yet: what is left of it, or
     * of the chunk in hand; {@link Long#MAX_VALUE} up to the end of the connection; 0 where framing comes first, or there is
     * no body.
     */
    long contiguous();

    /** The plain socket that they come over; null where there is none (TLS, HTTP/2, a transport without descriptors). */
    SocketReading socket();

    /**
     * Says that so many of these bytes were taken from the socket; may report the end of the body.
     *
     * @param followed whether they were the last of these bytes, and more waits in the socket behind them
     */
    void taken(long bytes, boolean followed);

    /** Says how the body moves, so that reads ask for as much as is worth it. */
    void pace(SocketReading.Pace pace);
}
