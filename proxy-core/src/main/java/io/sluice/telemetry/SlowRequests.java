package io.sluice.telemetry;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The exchanges of all loops that are worth a second look, at one moment. <em>Immutable.</em>
 *
 * @param slow   about the slowest in a thousand of those that ended well, the slowest first
 * @param failed those that failed, the latest first
 */
public record SlowRequests(List<Timeline> slow, List<Timeline> failed) {

    /** Reads what the loops have kept. */
    public static SlowRequests of(List<SlowRing> rings) {
        long nowNanos = System.nanoTime();
        long nowMillis = System.currentTimeMillis();
        List<ExchangeRecord> slow = new ArrayList<>();
        List<ExchangeRecord> failed = new ArrayList<>();
        for (SlowRing ring : rings) {
            ring.slow(slow::add);
            ring.failed(failed::add);
        }
        slow.sort(Comparator.comparingLong(ExchangeRecord::waitedNanos).reversed());
        // By how long ago they ended: nanoTime itself may overflow.
        failed.sort(Comparator.comparingLong(record -> nowNanos - record.startedNanos() - record.totalNanos()));
        return new SlowRequests(
                slow.stream().map(record -> Timeline.of(record, nowNanos, nowMillis)).toList(),
                failed.stream().map(record -> Timeline.of(record, nowNanos, nowMillis)).toList());
    }
}
