package io.sluice.route;

import io.sluice.config.TimeoutConfig;
import java.time.Duration;

/** The deadlines of {@link TimeoutConfig} in nanoseconds; {@link #NONE} where there is none. <em>Immutable.</em> */
public record Deadlines(
        long requestHeadNanos,
        long requestBodyIdleNanos,
        long responseWriteIdleNanos,
        long keepAliveNanos,
        long connectionAgeNanos,
        long connectNanos,
        long responseHeadersNanos,
        long attemptResponseHeadersNanos,
        long responseBodyIdleNanos,
        long requestNanos,
        long tunnelNanos) {

    /** No deadline: about 146 years, so that sums don't overflow. */
    public static final long NONE = Long.MAX_VALUE / 2;

    /** Compiles the configured ones. */
    public static Deadlines of(TimeoutConfig config) {
        return new Deadlines(
                nanos(config.requestHead()),
                nanos(config.requestBodyIdle()),
                nanos(config.responseWriteIdle()),
                nanos(config.keepAlive()),
                nanos(config.connectionAge()),
                nanos(config.connect()),
                nanos(config.responseHeaders()),
                nanos(config.attemptResponseHeaders()),
                nanos(config.responseBodyIdle()),
                nanos(config.request()),
                nanos(config.tunnel()));
    }

    private static long nanos(Duration duration) {
        return duration.isZero() ? NONE : duration.toNanos();
    }
}
