package io.sluice.exchange;

import io.netty.buffer.ByteBuf;
import io.sluice.http.Trailers;
import io.sluice.relay.BodyRelay;
import java.util.ArrayDeque;

/**
 * What an exchange has of its request's body: what came before there was a connection for it, one read's worth, since the
 * client is not read meanwhile; and what was sent already, where it may have to be sent again.
 * <em>Loop-confined.</em> <em>Ownership</em>: owns its slices until they are drained or released.
 */
final class HeldBody {
    private ArrayDeque<ByteBuf> slices;
    private Trailers trailers = Trailers.NONE;
    /** Null = what is sent is not kept. */
    private KeptBody kept;
    /** Whether it was kept, and nobody knows yet that it is no longer. */
    private boolean letGo;

    /** Keeps what is sent from now on; null = doesn't. */
    void keep(KeptBody in) {
        kept = in;
    }

    /** Whether all that was sent is kept. */
    boolean keeps() {
        return kept != null;
    }

    /** Takes a slice. */
    void add(ByteBuf data) {
        if (slices == null) {
            slices = new ArrayDeque<>(4);
        }
        slices.add(data);
    }

    /** Notes the end. */
    void end(Trailers last) {
        trailers = last;
    }

    Trailers trailers() {
        return trailers;
    }

    /** Hands a slice on that a relay is about to send, and keeps it if it may. */
    ByteBuf passing(ByteBuf data) {
        if (kept != null) {
            if (kept.outgrownBy(data.readableBytes())) {
                forget();
            } else {
                kept.keep(data);
            }
        }
        return data;
    }

    /** Hands all on: first what was sent before, then what wasn't yet; returns whether there was anything. */
    boolean drainTo(BodyRelay relay) {
        boolean any = kept != null && kept.replayTo(relay);
        while (slices != null && !slices.isEmpty()) {
            relay.body(passing(slices.poll()));
            any = true;
        }
        return any;
    }

    /**
     * Whether what was sent is kept no longer, since somebody asked last.
     *
     * @param following so many bytes are sure to follow: if they are too many, what is kept is let go now
     */
    boolean letGo(long following) {
        if (kept != null && kept.outgrownBy(following)) {
            forget();
        }
        boolean news = letGo;
        letGo = false;
        return news;
    }

    /** Nothing is sent again: keeps no more of it. Idempotent. */
    void forget() {
        if (kept != null) {
            kept.release();
            kept = null;
            letGo = true;
        }
    }

    /** Releases what is left; idempotent. */
    void release() {
        forget();
        while (slices != null && !slices.isEmpty()) {
            slices.poll().release();
        }
    }
}
