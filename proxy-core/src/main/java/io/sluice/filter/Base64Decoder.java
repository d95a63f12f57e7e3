package io.sluice.filter;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Decodes base64 (RFC 4648 §4) however it is cut, one quantum of four characters after the other; a padded one may be followed
 * by others, as where the pieces of a stream were coded each for itself. Whatever else two readers could take differently is
 * refused: other characters, white space and line ends included, bits behind the last byte, a quantum that breaks off.
 * <em>Loop-confined.</em>
 */
public final class Base64Decoder {
    private static final byte NONE = -1;
    private static final byte[] VALUES = new byte[256];

    static {
        Arrays.fill(VALUES, NONE);
        byte[] alphabet =
                "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < alphabet.length; i++) {
            VALUES[alphabet[i]] = (byte) i;
        }
    }

    /** The bits of the quantum that came, how many characters of it, and how many of them are padding. */
    private int bits;
    private int count;
    private int padding;

    /** Begins a body. */
    public Base64Decoder() {}

    /**
     * Takes some of the body.
     *
     * @param in  borrowed, and consumed if it is well
     * @param out borrowed; gets what it means
     * @return false if that can't be: nothing of this body may be used any more
     */
    public boolean decode(ByteBuf in, ByteBuf out) {
        out.ensureWritable((in.readableBytes() + 3) / 4 * 3);
        while (in.isReadable()) {
            byte next = in.readByte();
            if (next == '=') {
                padding++;
                bits <<= 6;
            } else if (padding > 0 || VALUES[next & 255] == NONE) {
                return false;
            } else {
                bits = bits << 6 | VALUES[next & 255];
            }
            if (++count == 4 && !quantum(out)) {
                return false;
            }
        }
        return true;
    }

    private boolean quantum(ByteBuf out) {
        boolean well = switch (padding) {
            case 0 -> true;
            case 1 -> (bits & 0xff) == 0;
            case 2 -> (bits & 0xffff) == 0;
            default -> false;
        };
        if (!well) {
            return false;
        }
        for (int i = 0; i < 3 - padding; i++) {
            out.writeByte(bits >> 16 - 8 * i);
        }
        bits = 0;
        count = 0;
        padding = 0;
        return true;
    }

    /** Whether the body may end here. */
    public boolean whole() {
        return count == 0;
    }
}
