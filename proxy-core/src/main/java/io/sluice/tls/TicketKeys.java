package io.sluice.tls;

import io.netty.handler.ssl.OpenSslSessionTicketKey;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The keys of one certificate's session tickets (RFC 5077, RFC 8446 §4.6.1): the newest makes them, older ones still read
 * them. They are random, in memory only, and of no other certificate or termination, so that a session goes on only where
 * it began, and on the same terms. <em>Loop-confined</em> to whoever has its owner's monitor.
 */
final class TicketKeys {
    /** How long a session may go on. */
    static final long SESSION_SECONDS = TimeUnit.HOURS.toSeconds(12);
    private static final long ROTATION_NANOS = TimeUnit.HOURS.toNanos(6);
    /** So that a ticket can be read as long as its session may go on. */
    private static final int KEPT = 3;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Deque<OpenSslSessionTicketKey> keys = new ArrayDeque<>();
    private final LongSupplier nanoTime;
    private long sinceNanos;

    /** Makes the first; {@code nanoTime} is {@link System#nanoTime} outside of tests. */
    TicketKeys(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        replace();
    }

    /** Forgets all, and makes another. */
    void replace() {
        keys.clear();
        add();
    }

    /** Makes another one once the newest is old enough; returns whether it was. */
    boolean rotate() {
        if (nanoTime.getAsLong() - sinceNanos < ROTATION_NANOS) {
            return false;
        }
        add();
        return true;
    }

    private void add() {
        keys.addFirst(new OpenSslSessionTicketKey(
                random(OpenSslSessionTicketKey.NAME_SIZE),
                random(OpenSslSessionTicketKey.HMAC_KEY_SIZE),
                random(OpenSslSessionTicketKey.AES_KEY_SIZE)));
        if (keys.size() > KEPT) {
            keys.removeLast();
        }
        sinceNanos = nanoTime.getAsLong();
    }

    private static byte[] random(int count) {
        byte[] bytes = new byte[count];
        RANDOM.nextBytes(bytes);
        return bytes;
    }

    /** The newest first. */
    OpenSslSessionTicketKey[] inForce() {
        return keys.toArray(OpenSslSessionTicketKey[]::new);
    }
}
