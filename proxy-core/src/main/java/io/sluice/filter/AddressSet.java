package io.sluice.filter;

import io.sluice.config.Cidr;
import java.net.InetAddress;
import java.util.List;

/**
 * Blocks of addresses, laid out as numbers so that asking costs a few masks. An IPv4-mapped IPv6 address counts as its
 * IPv4 address. <em>Immutable.</em>
 */
final class AddressSet {
    private static final int MAPPED_BITS = 96;

    private final Block[] blocks;

    AddressSet(List<Cidr> blocks) {
        this.blocks = blocks.stream().map(Block::of).toArray(Block[]::new);
    }

    /** Whether one of the blocks holds the address. */
    boolean contains(InetAddress address) {
        if (blocks.length == 0) {
            return false;
        }
        byte[] octets = address.getAddress();
        long high = high(octets);
        long low = low(octets);
        for (Block block : blocks) {
            if (((high ^ block.high) & block.highMask) == 0 && ((low ^ block.low) & block.lowMask) == 0) {
                return true;
            }
        }
        return false;
    }

    // IPv4 addresses are held as ::ffff:a.b.c.d (RFC 4291 §2.5.5.2), so that both families and the mapped form are one.
    private static long high(byte[] octets) {
        return octets.length == 4 ? 0 : number(octets, 0, 8);
    }

    private static long low(byte[] octets) {
        return octets.length == 4 ? 0xffff_0000_0000L | number(octets, 0, 4) : number(octets, 8, 8);
    }

    private static long number(byte[] octets, int from, int count) {
        long number = 0;
        for (int i = from; i < from + count; i++) {
            number = number << 8 | octets[i] & 0xff;
        }
        return number;
    }

    /** A network and its mask, 128 bits each. */
    private record Block(long high, long low, long highMask, long lowMask) {
        static Block of(Cidr block) {
            byte[] octets = block.network().getAddress();
            int bits = octets.length == 4 ? MAPPED_BITS + block.prefix() : block.prefix();
            return new Block(AddressSet.high(octets), AddressSet.low(octets), mask(bits), mask(bits - Long.SIZE));
        }

        private static long mask(int bits) {
            return bits <= 0 ? 0 : bits >= Long.SIZE ? -1 : -1L << (Long.SIZE - bits);
        }
    }
}
