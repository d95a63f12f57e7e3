package io.sluice.tls;

import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.util.ReferenceCountUtil;
import io.sluice.config.BackendTlsConfig;
import io.sluice.config.HostPort;
import io.sluice.config.ServiceConfig;
import io.sluice.http.ProxyError;
import io.sluice.transport.SocketReading;
import java.lang.ref.Cleaner;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;

/**
 * TLS to the endpoints of a service: whom it trusts, who it is, and the sessions it may go on with, so that only the first
 * handshake with an endpoint costs a signature. <em>Thread-safe.</em> <em>Ownership</em>: memory outside of the heap, given
 * back when nobody refers to this any more; connections keep what they need of it.
 */
public final class BackendTls {
    private static final Cleaner CLEANER = Cleaner.create();

    /** Sessions kept: one a connection that is open at once, more or less. */
    private static final int SESSIONS_MAX = 4096;
    /** After that long a certificate is looked at again, however often connections were opened meanwhile. */
    private static final long SESSION_SECONDS = TimeUnit.HOURS.toSeconds(1);
    /** What a full socket may hold up the closing of a connection that owes nothing. */
    private static final long CLOSE_MILLIS = 1000;

    private final SslContext context;
    private final String serverName;
    /** Where the endpoint has the choice: the same without it; else this. */
    private final BackendTls http1;

    private BackendTls(SslContext context, String serverName, BackendTls http1) {
        this.context = context;
        this.serverName = serverName;
        this.http1 = http1 == null ? this : http1;
        CLEANER.register(this, () -> ReferenceCountUtil.release(context));
    }

    /** Who is told how a handshake ended. */
    public interface Listener {
        /**
         * The endpoint is who it should be, and all is encrypted.
         *
         * @param protocol what was agreed on by ALPN; null = nothing, so HTTP/1.1
         */
        void onSecured(String protocol);

        /** There is no TLS to be had with it; the channel is closed, or about to be. */
        void onInsecure(ProxyError why);
    }

    /**
     * Compiles it.
     *
     * @param protocol what is to be spoken under it
     * @throws IllegalArgumentException if the TLS library takes none of it
     */
    public static BackendTls of(BackendTlsConfig config, ServiceConfig.Protocol protocol) {
        try {
            return new BackendTls(builder(config, protocol).build(), config.serverName(),
                    protocol == ServiceConfig.Protocol.AUTO ? of(config, ServiceConfig.Protocol.HTTP1) : null);
        } catch (SSLException refused) {
            throw new IllegalArgumentException("TLS to a service can't be set up: " + refused.getMessage(), refused);
        }
    }

    private static SslContextBuilder builder(BackendTlsConfig config, ServiceConfig.Protocol protocol) {
        SslContextBuilder builder = SslContextBuilder.forClient()
                .sslProvider(Engines.detect().provider())
                .protocols("TLSv1.3", "TLSv1.2")
                .applicationProtocolConfig(new ApplicationProtocolConfig(
                        Protocol.ALPN,
                        SelectorFailureBehavior.NO_ADVERTISE,
                        SelectedListenerFailureBehavior.ACCEPT,
                        offered(protocol)))
                .sessionCacheSize(SESSIONS_MAX)
                .sessionTimeout(SESSION_SECONDS);
        if (!config.verify()) {
            builder.trustManager(InsecureTrustManagerFactory.INSTANCE).endpointIdentificationAlgorithm(null);
        } else {
            // The rules of RFC 2818 §3.1: the name, or the address, stands in the certificate.
            builder.endpointIdentificationAlgorithm("HTTPS");
            if (!config.authorities().isEmpty()) {
                builder.trustManager(config.authorities());
            }
        }
        if (config.identity() != null) {
            builder.keyManager(config.identity().key(), config.identity().chain().toArray(X509Certificate[]::new));
        }
        return builder;
    }

    /** The protocols offered by ALPN, the best first (RFC 7301). */
    private static List<String> offered(ServiceConfig.Protocol protocol) {
        return switch (protocol) {
            case H2 -> List.of(ApplicationProtocolNames.HTTP_2);
            case AUTO -> List.of(ApplicationProtocolNames.HTTP_2, ApplicationProtocolNames.HTTP_1_1);
            case HTTP1, H2C -> List.of(ApplicationProtocolNames.HTTP_1_1);
        };
    }

    /** For connections that are to carry one request at a time: where HTTP/2 may be chosen, the same without offering it. */
    public BackendTls http1() {
        return http1;
    }

    /**
     * Begins the handshake on a connected channel, in front of the handlers it has; what they write waits for its end. There is
     * no deadline here.
     *
     * @param endpoint the host it was named by, and its port
     */
    public void begin(SocketChannel channel, SocketReading reading, HostPort endpoint, Listener listener) {
        String host = withoutDot(serverName == null ? endpoint.host() : serverName);
        SslHandler handler = context.newHandler(channel.alloc(), host, endpoint.port());
        if (host.indexOf('.') < 0 && host.indexOf(':') < 0) {
            sayShortName(handler.engine(), host);
        }
        handler.setHandshakeTimeoutMillis(0);
        handler.setCloseNotifyFlushTimeoutMillis(CLOSE_MILLIS);
        reading.encrypted();
        handler.handshakeFuture().addListener(ended -> {
            if (ended.isSuccess()) {
                listener.onSecured(handler.applicationProtocol());
            } else {
                listener.onInsecure(reason(ended.cause()));
            }
        });
        channel.pipeline().addFirst(ReadGuard.INSTANCE, handler);
    }

    /** By itself the library says no name without a dot, such as containers have. */
    private static void sayShortName(SSLEngine engine, String host) {
        try {
            SSLParameters parameters = engine.getSSLParameters();
            parameters.setServerNames(List.of(new SNIHostName(host)));
            engine.setSSLParameters(parameters);
        } catch (IllegalArgumentException _) {
            // One with an underscore, say, is none that SNI has words for (RFC 6066 §3).
        }
    }

    /** Certificates know no dot at the end. */
    private static String withoutDot(String host) {
        return host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
    }

    private static ProxyError reason(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertificateException) {
                return ProxyError.BACKEND_TLS_UNTRUSTED;
            }
        }
        return ProxyError.BACKEND_TLS_HANDSHAKE;
    }
}
