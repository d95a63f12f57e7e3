package io.sluice.telemetry;

/** Takes exchanges of which spans are to be made. Implementations are <em>Thread-safe</em>, and never block. */
@FunctionalInterface
public interface TraceSink {

    /** Takes an ended record whose trace is recorded, or counts its spans as lost; neither changes any more. */
    void offer(ExchangeRecord record);
}
