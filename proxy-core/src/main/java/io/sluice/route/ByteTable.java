package io.sluice.route;

import io.sluice.http.Ascii;
import java.util.Arrays;
import java.util.Map;

/**
 * A map from byte strings of the configuration, asked with ranges of received bytes and a hash the caller made on its way
 * through them. Clients choose what is asked and never what is in it, so its chains stay as short as they were built.
 * <em>Immutable.</em> Asking allocates nothing.
 */
final class ByteTable<V> {
    private final byte[][] keys;
    private final Object[] values;
    private final int mask;

    /**
     * Creates it.
     *
     * @param hash the same over a key as the callers' over received bytes
     */
    ByteTable(Map<String, V> entries, Hash hash) {
        int slots = Math.max(2, Integer.highestOneBit(Math.max(1, entries.size())) * 4);
        this.keys = new byte[slots][];
        this.values = new Object[slots];
        this.mask = slots - 1;
        entries.forEach((text, value) -> {
            byte[] key = RouteText.bytes(text);
            int slot = slot(hash.of(key));
            while (keys[slot] != null) {
                slot = slot + 1 & mask;
            }
            keys[slot] = key;
            values[slot] = value;
        });
    }

    /** How a key is hashed. */
    @FunctionalInterface
    interface Hash {
        /** The hash of a whole key. */
        int of(byte[] key);
    }

    /** The value of exactly these bytes, or null. */
    V get(int hash, byte[] bytes, int start, int end) {
        for (int slot = slot(hash); keys[slot] != null; slot = slot + 1 & mask) {
            if (Arrays.equals(bytes, start, end, keys[slot], 0, keys[slot].length)) {
                return value(slot);
            }
        }
        return null;
    }

    /** The value of these bytes in whatever case, or null; the keys are in lower case. */
    V getCaseless(int hash, byte[] bytes, int start, int end) {
        for (int slot = slot(hash); keys[slot] != null; slot = slot + 1 & mask) {
            if (Ascii.equalsLowerCase(bytes, start, end, keys[slot])) {
                return value(slot);
            }
        }
        return null;
    }

    @SuppressWarnings("unchecked")
    private V value(int slot) {
        return (V) values[slot];
    }

    private int slot(int hash) {
        int spread = hash * 0x9E3779B9;
        return (spread ^ spread >>> 16) & mask;
    }
}
