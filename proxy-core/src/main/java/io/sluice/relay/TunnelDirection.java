package io.sluice.relay;

import io.netty.buffer.ByteBuf;
import io.sluice.http.Trailers;
import io.sluice.stream.TunnelEnd;
import io.sluice.transport.SocketReading.Pace;
import java.util.concurrent.TimeUnit;

/**
 * One direction of a tunnel. It trickles, by small reads that are copied, until so much came at once that large steps are
 * worth it; then it flows, inside the kernel where that may be, until its rounds are small again or it has been quiet for a
 * moment. <em>Loop-confined.</em> <em>Ownership</em>: by its {@link BodyRelay}. <em>Ends</em> with {@link #end} or {@link
 * #leave}.
 */
final class TunnelDirection {
    /** A burst takes no longer. */
    private static final long BURST_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    /** After so many small rounds in a row it trickles again. */
    private static final int SMALL_ROUNDS_MAX = 4;

    private final Tunnel tunnel;
    private final TunnelEnd from;
    private final TunnelTerms terms;
    private final BodyRelay relay;
    private final int smallBytes;
    /** Bytes that came since then: what reads bring at a time says less, for a packet's last piece may be of any size. */
    private long burstBytes;
    private long burstSinceNanos;
    private boolean flowing;
    private boolean noPipe;
    private boolean ended;
    /** Bytes since the last end of a batch. */
    private long batchBytes;
    private int smallRounds;
    private long bytesSeen;

    TunnelDirection(Tunnel tunnel, TunnelEnd from, TunnelEnd to, TunnelTerms terms) {
        this.tunnel = tunnel;
        this.from = from;
        this.terms = terms;
        this.relay = new BodyRelay(from, to);
        this.smallBytes = from.readBytes();
    }

    BodyRelay relay() {
        return relay;
    }

    /** Whether its source ended. */
    boolean ended() {
        return ended;
    }

    /** Whether it flows. */
    boolean flowing() {
        return flowing;
    }

    /** Whether it was to be spliced, and there was no pipe. */
    boolean noPipe() {
        return noPipe;
    }

    /** Passes on what was read; takes it. */
    void read(ByteBuf data) {
        int count = data.readableBytes();
        long now = tunnel.nowNanos();
        if (now - burstSinceNanos > BURST_NANOS) {
            burstSinceNanos = now;
            burstBytes = 0;
        }
        burstBytes += count;
        batchBytes += count;
        tunnel.moved();
        relay.body(data);
    }

    /** Something crossed inside the kernel. */
    void taken(long bytes) {
        batchBytes += bytes;
        tunnel.moved();
    }

    /** No more came in this turn of the loop. */
    void batchEnd() {
        if (ended) {
            return;
        }
        if (!flowing && burstBytes >= terms.burstBytes()) {
            flow();
        }
        if (flowing && batchBytes > 0) {
            smallRounds = batchBytes < smallBytes ? smallRounds + 1 : 0;
        }
        batchBytes = 0;
        settle(relay.batchEnd());
        if (smallRounds >= SMALL_ROUNDS_MAX) {
            ebb();
        }
    }

    private void flow() {
        flowing = true;
        smallRounds = 0;
        if (terms.pipes() == null) {
            from.pace(Pace.LONG);
        } else {
            relay.splice(terms.pipes(), 1, tunnel.watch());
        }
        tunnel.watchFlow();
    }

    private void settle(BodyRelay.Splice splice) {
        switch (splice) {
            case ON, NOT_WORTH_IT -> { }
            case NO_PIPE -> {
                noPipe = true;
                from.pace(Pace.LONG);
            }
            case REFUSED -> from.pace(Pace.LONG);
        }
    }

    /** Trickles again, and gives its pipe back, if that is empty. */
    private void ebb() {
        if (relay.rest()) {
            flowing = false;
            burstBytes = 0;
            smallRounds = 0;
            from.pace(Pace.HEAD);
        }
    }

    /** Looked at once a quiet moment: if nothing came since the last look, it trickles. */
    void look() {
        long bytes = relay.bytes();
        if (flowing && bytes == bytesSeen) {
            ebb();
        }
        bytesSeen = bytes;
    }

    /** The other end takes more again. */
    void writable() {
        if (!ended) {
            relay.writable();
        }
    }

    /** Its source has ended: so does the other side's output, when it has all. */
    void end() {
        if (!ended) {
            ended = true;
            flowing = false;
            tunnel.moved();
            relay.end(Trailers.NONE);
        }
    }

    /** Moves no more; idempotent. */
    void leave() {
        ended = true;
        flowing = false;
        relay.leave();
    }
}
