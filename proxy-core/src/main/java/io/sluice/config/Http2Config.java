package io.sluice.config;

import java.time.Duration;

/**
 * How HTTP/2 is spoken to endpoints. <em>Immutable.</em>
 *
 * @param streams      requests on one connection at once, at least 1; the endpoint may allow fewer
 * @param pingInterval how long a connection with requests on it may be silent before it is asked whether it is alive; zero =
 *                     it is not asked
 * @param pingTimeout  how long it may be silent after that
 */
public record Http2Config(int streams, Duration pingInterval, Duration pingTimeout) {
    /** What holds where nothing is written. */
    public static final Http2Config DEFAULTS = new Http2Config(100, Duration.ZERO, Duration.ofSeconds(10));
}
