package io.sluice.relay;

import io.sluice.http.ProxyError;
import io.sluice.transport.Deadline;
import io.sluice.transport.DeadlineWheel;
import io.sluice.transport.RawSocket;
import java.util.concurrent.TimeUnit;

/**
 * Two sockets whose bytes go to each other, whatever they mean. <em>Loop-confined</em> to the event loop of both.
 *
 * <p>Each direction is a relay with its own backpressure, and ends by itself: the end of one socket's input becomes the end
 * of the other's output, behind all that was read. When both have ended so, both sockets are closed, and all was well. In
 * every other case (a reset, no byte either way for too long, an order from outside) both are reset: an orderly end would
 * say of the bytes before it that they were all.
 *
 * <p>An idle tunnel holds no buffer, no pipe, and one deadline.
 *
 * <p><em>Ownership</em>: both channels, from {@link #begin} on. <em>Ends</em> as above; the listener is told once.
 */
public final class Tunnel {
    /** Who is told how it ended. */
    @FunctionalInterface
    public interface Listener {
        /**
         * It is over, its sockets are closed.
         *
         * @param why null = both sides ended in order
         */
        void onTunnelEnded(ProxyError why);
    }

    /** A direction that was quiet for so long gives its pipe back. */
    private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final RawSocket clientSocket;
    private final RawSocket backendSocket;
    private final TunnelEnd client;
    private final TunnelEnd backend;
    private final TunnelDirection toBackend;
    private final TunnelDirection toClient;
    private final TunnelTerms terms;
    private final DeadlineWheel wheel;
    private final Deadline deadline;
    private final BodyRelay.Watch watch;
    private final Listener listener;
    private long movedNanos;
    private long pendingSeen;
    private boolean over;

    /**
     * Creates it; takes both sockets.
     *
     * @param watch    told of spliced bytes that don't add up
     * @param listener told of the end
     */
    public Tunnel(
            RawSocket client,
            RawSocket backend,
            TunnelTerms terms,
            DeadlineWheel wheel,
            BodyRelay.Watch watch,
            Listener listener) {
        this.clientSocket = client;
        this.backendSocket = backend;
        this.client = new TunnelEnd(this, client);
        this.backend = new TunnelEnd(this, backend);
        this.toBackend = new TunnelDirection(this, this.client, this.backend, terms);
        this.toClient = new TunnelDirection(this, this.backend, this.client, terms);
        this.terms = terms;
        this.wheel = wheel;
        this.deadline = new Deadline(wheel, this::look);
        this.watch = watch;
        this.listener = listener;
    }

    /** Sets it going; it may be over when this returns. */
    public void begin() {
        moved();
        deadline.at(movedNanos + terms.idleNanos());
        client.begin(toBackend, toClient, clientSocket.unread());
        backend.begin(toClient, toBackend, backendSocket.unread());
        client.open();
        backend.open();
    }

    /** What goes to the backend. */
    public BodyRelay toBackend() {
        return toBackend.relay();
    }

    /** What goes to the client. */
    public BodyRelay toClient() {
        return toClient.relay();
    }

    /** Whether a direction was to be spliced when there was no pipe to be had. */
    public boolean lackedPipe() {
        return toBackend.noPipe() || toClient.noPipe();
    }

    /** Ends it at once; idempotent. */
    public void cut(ProxyError why) {
        if (!over) {
            over = true;
            toBackend.leave();
            toClient.leave();
            client.reset();
            backend.reset();
            finish(why);
        }
    }

    private void finish(ProxyError why) {
        deadline.cancel();
        listener.onTunnelEnded(why);
    }

    BodyRelay.Watch watch() {
        return watch;
    }

    // ---- what its parts report ----

    /** Bytes crossed, or an end did. */
    void moved() {
        movedNanos = wheel.nowNanos();
    }

    long nowNanos() {
        return wheel.nowNanos();
    }

    /** A direction flows: it is to be looked at soon. */
    void watchFlow() {
        deadline.at(Math.min(wheel.nowNanos() + QUIET_NANOS, movedNanos + terms.idleNanos()));
    }

    /** The output of one end is complete. */
    void ended() {
        moved();
        if (!over && client.outputEnded() && backend.outputEnded()) {
            over = true;
            client.close();
            backend.close();
            finish(null);
        }
    }

    /** A socket was reset, or takes no more. */
    void broke(TunnelEnd end) {
        cut(end == client ? ProxyError.CLIENT_GONE : ProxyError.BACKEND_RESET);
    }

    /** A defect of ours. */
    void failed() {
        cut(ProxyError.INTERNAL);
    }

    private void look() {
        long now = wheel.nowNanos();
        long pending = client.pendingBytes() + backend.pendingBytes();
        if (pending != pendingSeen) {
            // A slow reader takes some of what waits, and no event tells of it.
            pendingSeen = pending;
            movedNanos = now;
        }
        long idleAt = movedNanos + terms.idleNanos();
        if (idleAt - now <= 0) {
            cut(ProxyError.TUNNEL_IDLE);
            return;
        }
        toBackend.look();
        toClient.look();
        long next = pending > 0 ? Math.min(idleAt, now + terms.idleNanos() / 4) : idleAt;
        deadline.at(toBackend.flowing() || toClient.flowing() ? Math.min(next, now + QUIET_NANOS) : next);
    }
}
