package io.sluice.exchange;

import io.sluice.relay.BodyRelay;
import io.sluice.stream.BodySource;
import io.sluice.telemetry.ExchangeRecord;
import io.sluice.telemetry.Stall;
import io.sluice.transport.SocketReading.Pace;

/** Enters into a record how its bodies crossed, what its two relays moved, and whom they waited for. <em>Immutable.</em> */
final class RelayNote {
    private RelayNote() {}

    /** Enters all that is known at an attempt's end; returns the bytes of the response's body. */
    static long enterAll(BodyRelay toBackend, BodyRelay toClient, ExchangeRecord record) {
        enter(toBackend, toClient, record);
        enterEnd(toClient, record);
        return toClient.bytes();
    }

    static void enter(BodyRelay toBackend, BodyRelay toClient, ExchangeRecord record) {
        record.backendBytes(toBackend.bytes(), toClient.bytes());
        record.spliced(toBackend.splicedBytes(), toClient.splicedBytes());
        if (toBackend.stalls() + toClient.stalls() > 0) {
            record.blocked(toClient.blockedNanos(), toBackend.blockedNanos());
            record.stalled(stall(toClient), stall(toBackend));
        }
    }

    /** Why a body that was to be spliced is copied; null = it isn't, or was too short for it. */
    static String instead(BodyRelay.Splice splice) {
        return switch (splice) {
            case ON, NOT_WORTH_IT -> null;
            case NO_PIPE -> "no_pipe";
            case REFUSED -> "platform";
        };
    }

    /** Enters how a response's body crosses from here on; one that is copied instead is read by much at once. */
    static void enter(BodyRelay.Splice splice, ExchangeRecord record, BodySource from) {
        if (splice == BodyRelay.Splice.ON) {
            record.relay(ExchangeRecord.Relay.SPLICED, "");
        } else if (instead(splice) != null) {
            record.relay(ExchangeRecord.Relay.COPIED, instead(splice));
            from.pace(Pace.LONG);
        }
    }

    /** Enters what its relay learnt last. */
    static void enterEnd(BodyRelay response, ExchangeRecord record) {
        if (record.relay() == ExchangeRecord.Relay.SPLICED && instead(response.gaveUp()) != null) {
            // Refused so late that the body ended with what was read instead.
            record.relay(ExchangeRecord.Relay.COPIED, instead(response.gaveUp()));
        }
    }

    private static Stall stall(BodyRelay relay) {
        return relay.stalls() == 0 ? Stall.NONE
                : new Stall(relay.stalls(), relay.blockedNanos(), relay.longestStallNanos(), relay.longestStallAtNanos());
    }
}
