package io.sluice.service;

import java.nio.charset.StandardCharsets;

/**
 * Numbers of 64 bits that look random, made of bytes; the same in every process, so that several proxies send a key to the
 * same endpoint. <em>Immutable.</em> Allocates nothing, but for {@link #of(String)}.
 */
final class Mix {
    private static final long STEP = 0x9e3779b97f4a7c15L;
    private static final long SEED = 0xcbf29ce484222325L;
    private static final long PRIME = 0x100000001b3L;

    private Mix() {}

    /** Every bit of the number into every bit of the result; no two numbers give the same. */
    static long of(long number) {
        long mixed = (number ^ number >>> 32) * 0xd6e8feb86659fd93L;
        mixed = (mixed ^ mixed >>> 32) * 0xd6e8feb86659fd93L;
        return mixed ^ mixed >>> 32;
    }

    /** The {@code i}th of a row of numbers that belong to this one. */
    static long of(long number, long i) {
        return of(number + (i + 1) * STEP);
    }

    static long of(byte[] bytes, int start, int end) {
        long mixed = SEED;
        for (int i = start; i < end; i++) {
            mixed = (mixed ^ bytes[i]) * PRIME;
        }
        return of(mixed);
    }

    static long of(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return of(bytes, 0, bytes.length);
    }
}
