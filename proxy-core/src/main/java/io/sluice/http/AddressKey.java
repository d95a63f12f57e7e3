package io.sluice.http;

import java.net.Inet4Address;
import java.net.InetAddress;

/**
 * An address as a number, for what is counted by address: IPv4 whole (mapped into IPv6, too), of IPv6 the first 64 bits,
 * since whoever has one such address usually has all of its /64 (RFC 6177). <em>Immutable.</em>
 */
public final class AddressKey {
    /** Beside ::/32, of which no client has an address (RFC 4291 §2.4 leaves it to special ones). */
    private static final long IPV4 = 1L << 32;

    private AddressKey() {}

    /** The number of an address; 0 for null, which is no client's. Allocates for IPv6. */
    public static long of(InetAddress address) {
        if (address == null) {
            return 0;
        }
        if (address instanceof Inet4Address) {
            // The hash of an IPv4 address is the address.
            return IPV4 | Integer.toUnsignedLong(address.hashCode());
        }
        byte[] octets = address.getAddress();
        long prefix = 0;
        for (int i = 0; i < Long.BYTES; i++) {
            prefix = prefix << Byte.SIZE | octets[i] & 0xff;
        }
        return prefix;
    }
}
