package io.sluice.http2;

import io.sluice.transport.Deadline;
import io.sluice.transport.DeadlineWheel;
import java.util.concurrent.TimeUnit;

/**
 * Whether a backend still answers: it must acknowledge our settings in time (RFC 9113 §6.5.3), and, where so configured, say
 * something when it was asked by a PING. Anything that comes is an answer. <em>Loop-confined.</em> <em>Ends</em> with {@link
 * #cancel}.
 */
final class Http2Liveness {
    private static final long SETTINGS_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final DeadlineWheel wheel;
    private final long intervalNanos;
    private final long timeoutNanos;
    private final Runnable ping;
    private final Runnable unresponsive;
    private final Deadline settings;
    private final Deadline silence;
    private long lastReadNanos;
    /** When it was asked; 0 = it is not asked now. */
    private long askedNanos;

    /**
     * Creates it; nothing is waited for yet.
     *
     * @param ping         asks
     * @param unresponsive told once that there is no answer
     */
    Http2Liveness(Http2Terms terms, Runnable ping, Runnable unresponsive) {
        this.wheel = terms.wheel();
        this.intervalNanos = terms.http2().pingInterval().toNanos();
        this.timeoutNanos = terms.http2().pingTimeout().toNanos();
        this.ping = ping;
        this.unresponsive = unresponsive;
        this.settings = new Deadline(wheel, unresponsive);
        this.silence = new Deadline(wheel, this::look);
        this.lastReadNanos = wheel.nowNanos();
    }

    void connected() {
        lastReadNanos = wheel.nowNanos();
        settings.at(lastReadNanos + SETTINGS_NANOS);
    }

    void settingsAcknowledged() {
        settings.cancel();
    }

    /** Something came. */
    void read() {
        lastReadNanos = wheel.nowNanos();
        askedNanos = 0;
    }

    long lastReadNanos() {
        return lastReadNanos;
    }

    /** Whether requests are on it: only then is it asked. */
    void used(boolean now) {
        if (intervalNanos == 0) {
            return;
        }
        if (now) {
            silence.at(wheel.nowNanos() + intervalNanos);
        } else {
            askedNanos = 0;
            silence.disarm();
        }
    }

    private void look() {
        long now = wheel.nowNanos();
        if (askedNanos != 0) {
            unresponsive.run();
        } else if (now - lastReadNanos >= intervalNanos) {
            askedNanos = now;
            silence.at(now + timeoutNanos);
            ping.run();
        } else {
            silence.at(lastReadNanos + intervalNanos);
        }
    }

    void cancel() {
        settings.cancel();
        silence.cancel();
    }
}
