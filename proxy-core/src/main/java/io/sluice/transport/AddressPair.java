package io.sluice.transport;

import io.netty.channel.socket.SocketChannel;
import java.net.InetSocketAddress;

/**
 * Who connected, and to where: as the sockets say, or as a PROXY protocol header says of a connection in front of them.
 * <em>Immutable.</em>
 *
 * @param source      the client's address; resolved
 * @param destination the address the client connected to; resolved
 */
public record AddressPair(InetSocketAddress source, InetSocketAddress destination) {

    /** As the sockets of an accepted channel say, which must be connected still. */
    public static AddressPair of(SocketChannel accepted) {
        return new AddressPair(accepted.remoteAddress(), accepted.localAddress());
    }
}
