package io.sluice.stream;

import io.sluice.http.RequestHead;
import io.sluice.transport.ProxyHeader;
import io.sluice.transport.RawSocket;

/**
 * A backend's side of one exchange: takes the request, reports the response to a {@link BackendListener}.
 * <em>Loop-confined.</em> Ends by {@link #close}; where {@link #reusable} holds, another exchange may follow.
 */
public interface BackendStream extends BodySource, BodySink {

    /** Who is told from now on; never null: an idle stream has the pool for a listener. */
    void listener(BackendListener listener);

    /**
     * Says first whom this connection is for; to be called once, before anything else is sent. It leaves with the head that
     * follows, and that request is the connection's last: the next one might be somebody else's.
     */
    void introduce(ProxyHeader client);

    /** Sends a request's head; borrows it. Framing and Connection are made here. */
    void head(RequestHead head);

    /** Whether it takes the request on after the response has begun; else an early answer ends the request. */
    default boolean duplex() {
        return false;
    }

    /**
     * Whether the exchange left it so that another may follow: request sent whole, response framed by length or chunks and
     * read to its end, nothing left over, nobody asked to close (RFC 9112 §9.3).
     */
    boolean reusable();

    /** What the backend's {@code Keep-Alive: timeout=} said last, in nanoseconds; -1 = nothing. */
    long keepAliveNanos();

    /**
     * Leaves its socket, with what was read behind the head in hand, to somebody else: the stream is over, as if it were closed.
     * What was said before still goes first. For a stream that reports a 101, or over which nothing was said yet.
     */
    RawSocket detach();

    /** Closes it, whatever its state; nothing is reported any more. Idempotent. */
    void close();
}
