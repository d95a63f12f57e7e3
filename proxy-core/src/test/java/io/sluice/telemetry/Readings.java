package io.sluice.telemetry;

import io.sluice.http.ProxyError;
import java.util.List;

/** What meters say, for tests of those who count, without a scrape. <em>Immutable.</em> */
public final class Readings {
    private Readings() {}

    /** What the meters of a service's connections say. */
    public record Pool(long created, long reused, long stale, long active, long idle) {}

    /** Reads the meters of a service's connections. */
    public static Pool of(PoolMeters meters) {
        return new Pool(
                meters.cells().sum(PoolMeters.CREATED),
                meters.cells().sum(PoolMeters.REUSED),
                meters.cells().sum(PoolMeters.STALE),
                meters.cells().sum(PoolMeters.ACTIVE),
                meters.cells().sum(PoolMeters.IDLE));
    }

    /** What the meters of a service's endpoints' fitness say. */
    public record Health(long passed, long failed, long timedOut, long ejections, long failedOpen) {}

    /** Reads the meters of a service's endpoints' fitness. */
    public static Health of(HealthMeters meters) {
        return new Health(
                meters.sum(HealthMeters.PASSED),
                meters.sum(HealthMeters.FAILED),
                meters.sum(HealthMeters.TIMED_OUT),
                meters.sum(HealthMeters.EJECTIONS),
                meters.failedOpenRequests());
    }

    /** The names that the meters of a service know of. */
    public static List<DnsMeters.Row> names(DnsMeters meters) {
        return meters.names();
    }

    /** How many resolutions of a service's names ended so. */
    public static long resolved(DnsMeters meters, String result) {
        return meters.count(result);
    }

    /** Requests that have begun and not ended. */
    public static long active(ExchangeMeters meters) {
        return meters.active();
    }

    /** Requests that have begun. */
    public static long begun(ExchangeMeters meters) {
        return meters.cells().sum(ExchangeMeters.BEGUN);
    }

    /** Attempts made again after this error. */
    public static long retried(ExchangeMeters meters, ProxyError error) {
        return meters.rare().sum(ExchangeMeters.RETRIED + error.ordinal());
    }

    /** Attempts not made again after this error, though it is of a kind that allows it. */
    public static long retryRefused(ExchangeMeters meters, ProxyError error) {
        return meters.rare().sum(ExchangeMeters.RETRY_REFUSED + error.ordinal());
    }

    /** Heads of this kind that were refused. */
    public static long rejected(ListenerMeters meters, ProxyError error) {
        return meters.cells().sum(ListenerMeters.REJECTED + error.ordinal());
    }
}
