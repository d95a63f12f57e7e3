package io.sluice.config;

import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * A block of addresses, {@code 10.0.0.0/8} or {@code fd00::/8}; a single address is a block of itself.
 * <em>Immutable.</em>
 *
 * @param network the network's address; bits beyond the prefix are zero
 * @param prefix  0 to 32 for IPv4, 0 to 128 for IPv6
 */
public record Cidr(InetAddress network, int prefix) {

    /** Whether the address lies in the block; an IPv4-mapped IPv6 address counts as its IPv4 address. */
    public boolean contains(InetAddress address) {
        byte[] net = network.getAddress();
        byte[] other = address.getAddress();
        if (net.length != other.length) {
            return false;
        }
        int whole = prefix >>> 3;
        for (int i = 0; i < whole; i++) {
            if (net[i] != other[i]) {
                return false;
            }
        }
        int rest = prefix & 7;
        return rest == 0 || ((net[whole] ^ other[whole]) & 0xff) >>> (8 - rest) == 0;
    }

    /** The block of this prefix that an address lies in. */
    static Cidr around(InetAddress address, int prefix) {
        byte[] bytes = address.getAddress();
        for (int bit = prefix; bit < bytes.length * 8; bit++) {
            bytes[bit >>> 3] &= (byte) ~(0x80 >>> (bit & 7));
        }
        try {
            return new Cidr(InetAddress.getByAddress(bytes), prefix);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of four or sixteen bytes is always one", e);
        }
    }

    @Override
    public String toString() {
        return network.getHostAddress() + "/" + prefix;
    }
}
