package io.sluice.exchange;

import io.sluice.relay.BodyRelay;
import io.sluice.telemetry.ExchangeRecord;
import io.sluice.telemetry.Stall;

/** Enters into a record what its two relays moved, and whom they waited for. <em>Immutable.</em> */
final class RelayNote {
    private RelayNote() {}

    static void enter(BodyRelay toBackend, BodyRelay toClient, ExchangeRecord record) {
        record.backendBytes(toBackend.bytes(), toClient.bytes());
        record.spliced(toBackend.splicedBytes(), toClient.splicedBytes());
        if (toBackend.stalls() + toClient.stalls() > 0) {
            record.blocked(toClient.blockedNanos(), toBackend.blockedNanos());
            record.stalled(stall(toClient), stall(toBackend));
        }
    }

    private static Stall stall(BodyRelay relay) {
        return relay.stalls() == 0 ? Stall.NONE
                : new Stall(relay.stalls(), relay.blockedNanos(), relay.longestStallNanos(), relay.longestStallAtNanos());
    }
}
