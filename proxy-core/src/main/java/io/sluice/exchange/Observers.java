package io.sluice.exchange;

import io.sluice.telemetry.AccessLog;
import io.sluice.telemetry.ExchangeRecord;
import io.sluice.telemetry.TraceSink;

/**
 * Who is told of every exchange that ended. <em>Thread-safe.</em>
 *
 * @param accessLog writes a line, or doesn't
 * @param traces    makes spans; null = nothing is traced
 */
public record Observers(AccessLog accessLog, TraceSink traces) {

    /** Whether records need text. */
    boolean wantText() {
        return accessLog.enabled();
    }

    /** Takes an ended record. */
    void ended(ExchangeRecord record) {
        if (accessLog.enabled()) {
            accessLog.write(record);
        }
        if (traces != null && record.trace() != null && record.trace().recorded()) {
            traces.offer(record);
        }
    }
}
