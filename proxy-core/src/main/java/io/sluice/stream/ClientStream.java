package io.sluice.stream;

import io.sluice.http.Peer;
import io.sluice.http.ProxyError;
import io.sluice.http.ResponseHead;
import io.sluice.transport.AddressPair;
import io.sluice.transport.RawSocket;

/**
 * A client's side of one exchange: takes the response, reports the request to a {@link ClientListener}.
 * <em>Loop-confined.</em> After {@link #end} or {@link #abort} nothing more is sent.
 */
public interface ClientStream extends BodySource, BodySink {

    /** Who is there. */
    Peer peer();

    /** The same as a proxy header says it. */
    default AddressPair addresses() {
        return new AddressPair(peer().remote(), peer().local());
    }

    /**
     * Sends an interim or the final head; borrows it. Content-Length, Transfer-Encoding and Connection are made here from
     * the head's framing and from what becomes of the connection.
     */
    void head(ResponseHead head);

    /**
     * Takes back a final head if nothing of it has left yet; true if another may be given instead. No body slice that came
     * behind it is sent then.
     */
    boolean retract();

    /** Makes this response the connection's last one; to be called before {@link #head}. */
    void closeAfterResponse();

    /**
     * Nobody wants what is left of the request body: if it is short it is read and forgotten behind an early response, so
     * that the connection can live on; if not, {@link #closeAfterResponse}.
     */
    void discardRequest();

    /**
     * The response begins before the request has ended: of what is left as much as comes until the response's end is still
     * passed on, and behind that nobody wants it.
     */
    default void answeredEarly() {
        discardRequest();
    }

    /**
     * A number that moves whenever the client takes bytes, and else stands still while nothing is written. Where the stream
     * has a socket of its own, encrypted or not, what the client's host acknowledges counts: the kernel holds so much that our
     * pending bytes may stand still for minutes while a slow client reads. Costs a system call there; elsewhere pending bytes
     * are all that is known.
     */
    default long progress() {
        return -pendingBytes();
    }

    /**
     * Leaves its socket, with what was read behind the request, to somebody else: the stream is over, and reports nothing any
     * more. What was said before still goes first. Only for a request that was read to its end, after a 101.
     */
    RawSocket detach();

    /**
     * The same of a stream without a socket of its own, which is a tunnel's end itself from here on (RFC 8441); null where it
     * has one. Only for a request that {@link io.sluice.http.RequestHead#extendedConnect began a tunnel}, after its 200.
     */
    default TunnelEnd tunnelEnd() {
        return null;
    }

    /** Ends the exchange so that the client can't take the response for complete: close, or reset where a close would say so. */
    void abort(ProxyError why);
}
