package io.sluice.filter;

import io.sluice.config.RateLimitConfig;
import io.sluice.config.RateLimitConfig.RateKey;
import io.sluice.http.AddressKey;
import io.sluice.http.Peer;
import io.sluice.http.RequestHead;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * How many requests a route takes of each key. <em>Thread-safe.</em> Has buckets for {@value #KEYS} keys (1 MiB of memory),
 * or the one of all requests. Asking allocates nothing, but for an address out of X-Forwarded-For.
 */
public final class RateLimit {
    /** So many keys have a bucket of their own. */
    static final int KEYS = 1 << 16;
    /** Odd, so that multiplying loses nothing; bits in no pattern. */
    private static final long HASH_FACTOR = 0x9e37_79b9_7f4a_7c15L;
    private static final long MIX_FACTOR = 0xd6e8_feb8_6659_fd93L;
    private static final long END_OF_VALUE = 0x100;

    private final RateLimitConfig config;
    private final RateKey key;
    private final byte[] headerName;
    private final TokenBuckets buckets;
    private final int retryAfterSeconds;
    /** Unknown to clients, so that nobody can choose keys that share a set. */
    private final long seed = ThreadLocalRandom.current().nextLong();

    /**
     * That of a route.
     *
     * @param config null = it has none
     * @param before that of the route before a reload, which goes on if its terms are the same; null = there was none
     * @return null if it has none; else, unless it is {@code before}, with full buckets
     */
    public static RateLimit of(RateLimitConfig config, RateLimit before) {
        if (config == null) {
            return null;
        }
        return before != null && before.config.equals(config) ? before : new RateLimit(config, System.nanoTime());
    }

    RateLimit(RateLimitConfig config, long nowNanos) {
        long interval = Math.max(1, config.rate().per().toNanos() / config.rate().count());
        this.config = config;
        this.key = config.key();
        this.headerName = key instanceof RateKey.Header header
                ? header.name().getBytes(StandardCharsets.US_ASCII) : new byte[0];
        this.buckets = new TokenBuckets(
                key instanceof RateKey.None ? TokenBuckets.WAYS : KEYS, interval, config.burst(), nowNanos);
        this.retryAfterSeconds = (int) Math.ceilDiv(interval, TimeUnit.SECONDS.toNanos(1));
    }

    /** Seconds after which a client that was refused may hope for a token, at least 1. */
    public int retryAfterSeconds() {
        return retryAfterSeconds;
    }

    /**
     * The key of a request as it was received; to be called before anything but hop-by-hop fields was dropped.
     *
     * @param forwarding says who the client is
     */
    public long key(RequestHead head, Forwarding forwarding, Peer peer) {
        return switch (key) {
            case RateKey.None _ -> 1;
            case RateKey.Header _ -> headerKey(head);
            case RateKey.ClientAddress _ -> mixed(
                    peer.trusted() ? AddressKey.of(forwarding.client(head, peer)) : peer.addressKey());
        };
    }

    /** All values of the field count, so that a second one changes nothing in front of a backend that reads the first. */
    private long headerKey(RequestHead head) {
        byte[] bytes = head.bytes();
        long hash = seed;
        for (int i = head.next(headerName, 0); i >= 0; i = head.next(headerName, i + 1)) {
            for (int at = head.valueStart(i); at < head.valueEnd(i); at++) {
                hash = (hash ^ bytes[at] & 0xff) * HASH_FACTOR;
            }
            hash = (hash ^ END_OF_VALUE) * HASH_FACTOR;
        }
        return mixed(hash);
    }

    /** Every bit of the result depends on every bit of the number; different numbers stay different. */
    private long mixed(long number) {
        long mixed = number ^ seed;
        mixed = (mixed ^ mixed >>> 33) * MIX_FACTOR;
        mixed = (mixed ^ mixed >>> 29) * HASH_FACTOR;
        return mixed ^ mixed >>> 32;
    }

    /** Takes a token of a key's; false = there is none, and the request is one too many. */
    public boolean take(long key, long nowNanos) {
        return buckets.take(key, nowNanos);
    }
}
