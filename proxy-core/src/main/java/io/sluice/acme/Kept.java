package io.sluice.acme;

import io.sluice.pem.Identity;
import java.time.Duration;
import java.time.Instant;
import java.util.function.DoubleSupplier;

/** What is known of one wanted certificate. <em>Loop-confined</em> to the thread that orders. */
final class Kept {
    private static final Duration BACKOFF_FIRST = Duration.ofMinutes(1);
    private static final Duration BACKOFF_MAX = Duration.ofHours(6);
    private static final int DOUBLINGS_MAX = 10;
    /** An authority may ask for more patience than that, but a slip of its clock must not end renewals. */
    private static final Duration WANTED_MAX = Duration.ofDays(1);
    /** Of the time between renewal and end, so much at the most is let pass at random. */
    private static final double JITTER = 0.1;
    /** A repetition comes so much sooner or later at random. */
    private static final double SPREAD = 0.2;

    private final Names names;
    private final DoubleSupplier random;
    /** Null while there is none but a placeholder. */
    private Identity certificate;
    private Instant due;
    private int failures;

    /**
     * Creates it, due at once.
     *
     * @param random from 0 to 1
     */
    Kept(Names names, Instant now, DoubleSupplier random) {
        this.names = names;
        this.due = now;
        this.random = random;
    }

    Names names() {
        return names;
    }

    /** Null while there is none but a placeholder. */
    Identity certificate() {
        return certificate;
    }

    /** When something is to be done about it. */
    Instant due() {
        return due;
    }

    /** How often in a row it could not be ordered. */
    int failures() {
        return failures;
    }

    /** There is one; it is due when it is to be renewed. */
    void has(Identity now, Duration renewBefore) {
        certificate = now;
        failures = 0;
        due = renewal(now, renewBefore, JITTER * random.getAsDouble());
    }

    /** Whether this is a better one than what there is, and needs no renewal yet. */
    boolean improvedBy(Identity other, Duration renewBefore, Instant now) {
        return other != null
                && (certificate == null || other.expires().isAfter(certificate.expires()))
                && renewal(other, renewBefore, 0).isAfter(now);
    }

    /**
     * It could not be ordered.
     *
     * @param wanted when the authority wants to be asked again; null = it did not say
     */
    void failed(Instant now, Instant wanted) {
        failures++;
        Duration pause = BACKOFF_FIRST.multipliedBy(1L << Math.min(failures - 1, DOUBLINGS_MAX));
        if (pause.compareTo(BACKOFF_MAX) > 0) {
            pause = BACKOFF_MAX;
        }
        due = now.plus(share(pause, 1 - SPREAD + 2 * SPREAD * random.getAsDouble()));
        if (wanted != null && wanted.isAfter(due)) {
            Instant latest = now.plus(WANTED_MAX);
            due = wanted.isBefore(latest) ? wanted : latest;
        }
    }

    /** Somebody else is at it: looked at again soon. */
    void later(Instant then) {
        due = then;
    }

    /**
     * When a certificate is renewed. At most half of its lifetime before its end: a renewal that is due as soon as it is done
     * would never stop.
     */
    private static Instant renewal(Identity certificate, Duration renewBefore, double later) {
        Duration lifetime = Duration.between(certificate.begins(), certificate.expires());
        Duration half = lifetime.dividedBy(2);
        Duration before = renewBefore.isZero() ? lifetime.dividedBy(3) : renewBefore;
        before = before.compareTo(half) > 0 ? half : before;
        return certificate.expires().minus(share(before, 1 - later));
    }

    private static Duration share(Duration whole, double share) {
        return Duration.ofMillis((long) (whole.toMillis() * share));
    }
}
