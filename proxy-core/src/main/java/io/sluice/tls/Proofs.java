package io.sluice.tls;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.sluice.pem.Identity;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLException;

/** What authorities get in a handshake that look whether names are ours (RFC 8737). <em>Thread-safe.</em> */
public final class Proofs {
    private final Map<String, SslContext> byName = new ConcurrentHashMap<>();

    /** Shows nothing. */
    public Proofs() {}

    /**
     * Answers handshakes for a name that offer acme-tls/1 and nothing else.
     *
     * @param name in lower case
     * @return ends it; a second run does nothing
     */
    public Runnable show(String name, Identity certificate) {
        try {
            // By the JDK: it is one handshake or a few, and such a context has nothing to be released.
            SslContext context = SslContextBuilder.forServer(certificate.key(), certificate.chain())
                    .sslProvider(SslProvider.JDK)
                    .applicationProtocolConfig(new ApplicationProtocolConfig(
                            ApplicationProtocolConfig.Protocol.ALPN,
                            ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                            ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                            Protocols.ACME))
                    .build();
            byName.put(name, context);
            return () -> byName.remove(name, context);
        } catch (SSLException e) {
            throw new IllegalStateException("a certificate made here can be shown", e);
        }
    }

    /** For a name; null if there is nothing to show. */
    public SslContext of(String name) {
        return name == null ? null : byName.get(name);
    }

    /** Whether there is none. */
    public boolean isEmpty() {
        return byName.isEmpty();
    }
}
