package io.sluice.telemetry;

/**
 * The meters of one (listener, route, service): resolved once, never looked up for a request. <em>Thread-safe.</em>
 */
public final class ExchangeMeters {
    ExchangeMeters() {}

    /** Counts a request that begins. */
    public void begun() {
        throw new UnsupportedOperationException();
    }

    /** Counts a request that ended, by its complete record. */
    public void ended(ExchangeRecord record) {
        throw new UnsupportedOperationException(record.listener());
    }

    /** Counts an attempt made again. */
    public void retried(io.sluice.http.ProxyError reason) {
        throw new UnsupportedOperationException(reason.word());
    }
}
