package io.sluice.bench;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;

/**
 * A body that both ends of the soak know without telling each other: a stretch of the same random bytes.
 * <em>Immutable.</em>
 *
 * @param offset where it begins, from 0 to {@link #OFFSET_MAX}
 * @param size   its bytes, from 0 to {@link #SIZE_MAX}
 */
record Payload(int offset, int size) {
    static final int SIZE_MAX = 1 << 20;
    /** Prime, so that offsets don't line up with buffers. */
    static final int OFFSET_MAX = 65_521;

    private static final byte[] BYTES = new byte[OFFSET_MAX + SIZE_MAX];

    static {
        new SplittableRandom(20_001).nextBytes(BYTES);
    }

    Payload {
        if (offset < 0 || offset > OFFSET_MAX || size < 0 || size > SIZE_MAX) {
            throw new IllegalArgumentException("no such payload: " + offset + ", " + size);
        }
    }

    /** All bytes that payloads are cut from; not to be written to. */
    static byte[] bytes() {
        return BYTES;
    }

    /** Whether {@code count} bytes at {@code from} are those that this body has at {@code position}. */
    boolean matches(long position, byte[] bytes, int from, int count) {
        if (position + count > size) {
            return false;
        }
        int begin = offset + (int) position;
        return Arrays.equals(BYTES, begin, begin + count, bytes, from, from + count);
    }

    /** The checksum of the whole body as it is written in a header. */
    String checksum() {
        CRC32C crc = new CRC32C();
        crc.update(BYTES, offset, size);
        return written(crc);
    }

    /** A checksum as it is written in a header. */
    static String written(CRC32C crc) {
        return HexFormat.of().toHexDigits((int) crc.getValue());
    }
}
