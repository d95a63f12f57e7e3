package io.sluice.http1;

import io.netty.channel.socket.SocketChannel;
import io.sluice.http.HeadLimits;
import io.sluice.http.HeadParser;
import io.sluice.http.ProxyError;
import io.sluice.pool.Connector;
import io.sluice.service.Dialer;
import io.sluice.service.Endpoint;
import io.sluice.service.Service;
import io.sluice.stream.BackendStream;
import io.sluice.transport.AddressPair;
import io.sluice.transport.SocketReading;
import java.util.function.Supplier;

/** Opens HTTP/1.1 connections to endpoints from one event loop. <em>Loop-confined.</em> */
public final class Http1Connector implements Connector {
    private final Dialer dialer;
    private final HeadStore store;
    private final Supplier<HeadLimits> limits;

    /**
     * Creates it.
     *
     * @param limits of responses, as they are at the moment
     */
    public Http1Connector(Dialer dialer, HeadStore store, Supplier<HeadLimits> limits) {
        this.dialer = dialer;
        this.store = store;
        this.limits = limits;
    }

    @Override
    public Attempt connect(Service service, Endpoint endpoint, Listener listener) {
        Dialer.Caller caller = new Dialer.Caller() {
            @Override
            public void onOpened(SocketChannel channel, SocketReading reading, String protocol) {
                listener.onConnected(over(channel, reading));
            }

            @Override
            public void onNotOpened(ProxyError why) {
                listener.onConnectFailed(why);
            }

            @Override
            public AddressPair addresses() {
                return listener.addresses();
            }
        };
        return dialer.dial(service, endpoint, service.tls() == null ? null : service.tls().http1(), caller)::cancel;
    }

    /** A connection over this channel, which is open and speaks HTTP/1.1; takes it. */
    public BackendStream over(SocketChannel channel, SocketReading reading) {
        HeadLimits heads = limits.get();
        Http1BackendConnection connection =
                new Http1BackendConnection(channel, store, new HeadParser(heads), heads, reading);
        channel.pipeline().addLast(connection);
        return connection;
    }
}
