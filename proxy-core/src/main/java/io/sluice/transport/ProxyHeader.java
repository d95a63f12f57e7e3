package io.sluice.transport;

import io.netty.buffer.ByteBuf;
import io.sluice.config.ServiceConfig.ProxyProtocol;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The header of the PROXY protocol with which a connection to a backend begins: it names the client that the connection is
 * for, and is why no other client may use it. <em>Immutable.</em>
 *
 * @param version   not {@code OFF}
 * @param addresses the client's, and the one it connected to
 * @see <a href="https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt">The PROXY protocol, versions 1 and 2</a>
 */
public record ProxyHeader(ProxyProtocol version, AddressPair addresses) {
    /** Version 1 with two IPv6 addresses at their longest is 104; version 2 without further fields is 52. */
    public static final int BYTES_MAX = 107;

    private static final byte[] SIGNATURE = {'\r', '\n', '\r', '\n', 0, '\r', '\n', 'Q', 'U', 'I', 'T', '\n'};
    /** Version 2, command PROXY. */
    private static final int V2_PROXY = 0x21;
    private static final int V2_TCP4 = 0x11;
    private static final int V2_TCP6 = 0x21;
    private static final int V4_BYTES = 4;
    private static final int V6_BYTES = 16;
    private static final int MAPPED_PREFIX_BYTES = 12;

    /**
     * Writes it, {@link #BYTES_MAX} bytes at the most. Addresses of both families in one pair are both written as IPv6
     * ones, since a header has but one family; an IPv4-mapped IPv6 address is an IPv4 address.
     */
    public void writeTo(ByteBuf out) {
        byte[] source = bytes(addresses.source());
        byte[] destination = bytes(addresses.destination());
        if (source.length != destination.length) {
            source = mapped(source);
            destination = mapped(destination);
        }
        if (version == ProxyProtocol.V1) {
            writeText(source, destination, out);
        } else {
            writeBinary(source, destination, out);
        }
    }

    private void writeText(byte[] source, byte[] destination, ByteBuf out) {
        String line = (source.length == V4_BYTES ? "PROXY TCP4 " : "PROXY TCP6 ")
                + text(source) + ' ' + text(destination) + ' '
                + addresses.source().getPort() + ' ' + addresses.destination().getPort() + "\r\n";
        out.writeCharSequence(line, StandardCharsets.US_ASCII);
    }

    private void writeBinary(byte[] source, byte[] destination, ByteBuf out) {
        out.writeBytes(SIGNATURE)
                .writeByte(V2_PROXY)
                .writeByte(source.length == V4_BYTES ? V2_TCP4 : V2_TCP6)
                .writeShort(2 * source.length + 2 * Short.BYTES)
                .writeBytes(source)
                .writeBytes(destination)
                .writeShort(addresses.source().getPort())
                .writeShort(addresses.destination().getPort());
    }

    /** Without a zone, which means nothing on another machine; and an IPv4-mapped address as the IPv4 address it is. */
    private static byte[] bytes(InetSocketAddress address) {
        byte[] bytes = address.getAddress().getAddress();
        boolean plain = bytes.length == V6_BYTES && Arrays.equals(
                bytes, 0, MAPPED_PREFIX_BYTES, mapped(new byte[V4_BYTES]), 0, MAPPED_PREFIX_BYTES);
        return plain ? Arrays.copyOfRange(bytes, MAPPED_PREFIX_BYTES, V6_BYTES) : bytes;
    }

    private static byte[] mapped(byte[] address) {
        if (address.length == V6_BYTES) {
            return address;
        }
        byte[] wide = new byte[V6_BYTES];
        wide[10] = (byte) 0xff;
        wide[11] = (byte) 0xff;
        System.arraycopy(address, 0, wide, MAPPED_PREFIX_BYTES, V4_BYTES);
        return wide;
    }

    private static String text(byte[] address) {
        try {
            // The factory of InetAddress would turn a mapped address into an IPv4 one, of the other family.
            InetAddress kept = address.length == V6_BYTES
                    ? Inet6Address.getByAddress(null, address, -1)
                    : InetAddress.getByAddress(address);
            return kept.getHostAddress();
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of " + address.length + " bytes", e);
        }
    }
}
