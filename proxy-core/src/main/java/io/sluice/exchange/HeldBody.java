package io.sluice.exchange;

import io.netty.buffer.ByteBuf;
import io.sluice.http.Trailers;
import io.sluice.relay.BodyRelay;
import java.util.ArrayDeque;

/**
 * Request body that came before there was a connection for it: one read's worth, since the client is not read meanwhile.
 * <em>Loop-confined.</em> <em>Ownership</em>: owns its slices until they are drained or released.
 */
final class HeldBody {
    private ArrayDeque<ByteBuf> slices;
    private Trailers trailers = Trailers.NONE;

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

    /** Hands all slices on; returns whether there were any. */
    boolean drainTo(BodyRelay relay) {
        boolean any = slices != null && !slices.isEmpty();
        while (slices != null && !slices.isEmpty()) {
            relay.body(slices.poll());
        }
        return any;
    }

    /** Releases what is left; idempotent. */
    void release() {
        while (slices != null && !slices.isEmpty()) {
            slices.poll().release();
        }
    }
}
