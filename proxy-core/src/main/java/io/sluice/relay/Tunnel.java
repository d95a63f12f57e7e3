package io.sluice.relay;

import io.netty.buffer.ByteBuf;
import io.sluice.http.ProxyError;
import io.sluice.stream.TunnelEnd;
import io.sluice.transport.Deadline;
import io.sluice.transport.DeadlineWheel;
import java.util.concurrent.TimeUnit;

/**
 * Two ends whose bytes go to each other, whatever they mean: sockets, or a socket and a stream. <em>Loop-confined</em> to the
 * event loop of both.
 *
 * <p>Each direction is a relay with its own backpressure, and ends by itself: the end of one's input becomes the end
 * of the other's output, behind all that was read. When both have ended so, both are closed, and all was well. In
 * every other case (a reset, no byte either way for too long, an order from outside) both are reset: an orderly end would
 * say of the bytes before it that they were all.
 *
 * <p>An idle tunnel holds no buffer, no pipe, and one deadline.
 *
 * <p><em>Ownership</em>: both ends, from {@link #begin} on. <em>Ends</em> as above; the listener is told once.
 */
public final class Tunnel {
    /** Who is told how it ended. */
    @FunctionalInterface
    public interface Listener {
        /**
         * It is over, its ends are closed.
         *
         * @param why null = both sides ended in order
         */
        void onTunnelEnded(ProxyError why);
    }

    /** A direction that was quiet for so long gives its pipe back. */
    private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Side client;
    private final Side backend;
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
     * Creates it; takes both ends.
     *
     * @param watch    told of spliced bytes that don't add up
     * @param listener told of the end
     */
    public Tunnel(
            TunnelEnd client,
            TunnelEnd backend,
            TunnelTerms terms,
            DeadlineWheel wheel,
            BodyRelay.Watch watch,
            Listener listener) {
        this.toBackend = new TunnelDirection(this, client, backend, terms);
        this.toClient = new TunnelDirection(this, backend, client, terms);
        this.client = new Side(client, toBackend, toClient, ProxyError.CLIENT_GONE);
        this.backend = new Side(backend, toClient, toBackend, ProxyError.BACKEND_RESET);
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
        client.end.begin(client);
        backend.end.begin(backend);
        client.end.open();
        backend.end.open();
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
            client.end.reset();
            backend.end.reset();
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
    private void ended() {
        moved();
        if (!over && client.outputEnded && backend.outputEnded) {
            over = true;
            client.end.close();
            backend.end.close();
            finish(null);
        }
    }

    private void look() {
        long now = wheel.nowNanos();
        long pending = client.end.pendingBytes() + backend.end.pendingBytes();
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

    /** One end, and where what it reports belongs: what it says goes one way, what it is told comes the other. */
    private final class Side implements TunnelEnd.Listener {
        private final TunnelEnd end;
        private final TunnelDirection out;
        private final TunnelDirection in;
        private final ProxyError breaking;
        private boolean outputEnded;

        Side(TunnelEnd end, TunnelDirection out, TunnelDirection in, ProxyError breaking) {
            this.end = end;
            this.out = out;
            this.in = in;
            this.breaking = breaking;
        }

        @Override
        public void onBytes(ByteBuf data) {
            out.read(data);
        }

        @Override
        public void onTaken(long bytes) {
            out.taken(bytes);
        }

        @Override
        public void onBatchEnd() {
            out.batchEnd();
        }

        @Override
        public boolean blocked() {
            return out.relay().blocked();
        }

        @Override
        public void onInputEnd() {
            out.end();
        }

        @Override
        public void onWritable() {
            in.writable();
        }

        @Override
        public void onOutputEnd() {
            outputEnded = true;
            ended();
        }

        @Override
        public void onBroken(ProxyError why) {
            cut(why == null ? breaking : why);
        }

        @Override
        public void onFailed() {
            cut(ProxyError.INTERNAL);
        }
    }
}
