package io.sluice.service;

import io.netty.buffer.ByteBuf;
import io.netty.channel.socket.SocketChannel;
import io.sluice.config.HostPort;
import io.sluice.config.ServiceConfig.ProxyProtocol;
import io.sluice.tls.BackendTls;
import io.sluice.transport.AddressPair;
import io.sluice.transport.ProxyHeader;
import io.sluice.transport.SocketReading;

/** How a connection to an endpoint of a service with TLS begins, once TCP has connected. <em>Immutable.</em> */
public final class Securing {
    private Securing() {}

    /**
     * Sends the proxy header, if the service wants one, in clear as its readers expect it; then begins the handshake.
     *
     * @param service  one with {@link Service#tls}
     * @param client   for whom the connection is; null = for ourselves
     * @param listener told of the end
     */
    public static void begin(
            Service service,
            Endpoint endpoint,
            SocketChannel channel,
            SocketReading reading,
            AddressPair client,
            BackendTls.Listener listener) {
        ProxyProtocol protocol = service.config().proxyProtocol();
        if (protocol != ProxyProtocol.OFF) {
            AddressPair whom = client == null ? new AddressPair(channel.localAddress(), channel.remoteAddress()) : client;
            ByteBuf header = channel.alloc().directBuffer(ProxyHeader.BYTES_MAX);
            new ProxyHeader(protocol, whom).writeTo(header);
            channel.write(header, channel.voidPromise());
        }
        HostPort named = new HostPort(endpoint.named().host(), endpoint.configured().port());
        service.tls().begin(channel, reading, named, listener);
    }
}
