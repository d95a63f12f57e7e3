package io.sluice.tls;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import io.sluice.config.TlsConfig;
import io.sluice.config.TlsConfig.CertificateConfig;
import io.sluice.pem.Identity;
import io.sluice.pem.PemException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLException;

/**
 * How a listener ends TLS: its certificates of the moment, which may change while connections go on. <em>Thread-safe.</em>
 * <em>Ends</em> by {@link #close}; connections keep what they have.
 */
public final class Termination implements AutoCloseable {
    private final TlsConfig config;
    private final SslProvider provider;
    private final List<String> protocols;
    private final Ordered ordered;
    private volatile Certificates certificates;
    private boolean closed;

    private Termination(TlsConfig config, SslProvider provider, List<String> protocols, Ordered ordered) {
        this.config = config;
        this.provider = provider;
        this.protocols = protocols;
        this.ordered = ordered;
    }

    /**
     * Reads the files.
     *
     * @param protocols what is offered by ALPN, the best first; empty = nothing
     * @param ordered   where those are that come from no file
     * @throws IOException if they are not what they should be; the message says which
     */
    public static Termination load(TlsConfig config, Engines engines, List<String> protocols, Ordered ordered)
            throws IOException {
        Termination made = new Termination(config, engines.provider(), protocols, ordered);
        made.certificates = made.read();
        return made;
    }

    private Certificates read() throws IOException {
        List<Certificates.Entry> entries = new ArrayList<>();
        try {
            for (CertificateConfig files : config.certificates()) {
                Identity identity = files.ordered() ? ordered.identity(files.acme()) : Identity.read(files.cert(), files.key());
                entries.add(new Certificates.Entry(identity, context(identity)));
            }
            return new Certificates(entries);
        } catch (PemException | SSLException e) {
            if (!entries.isEmpty()) {
                new Certificates(entries).close();
            }
            throw new IOException("tls.certificates[" + entries.size() + "]: " + e.getMessage(), e);
        }
    }

    private SslContext context(Identity identity) throws SSLException {
        Suites suites = Suites.of(config.profile());
        SslContextBuilder builder = SslContextBuilder.forServer(identity.key(), identity.chain())
                .sslProvider(provider)
                .protocols(suites.versions())
                .ciphers(suites.ciphers(), SupportedCipherSuiteFilter.INSTANCE);
        if (provider != SslProvider.JDK) {
            // Handshakes run on the event loop in any case; tasks would only be objects on the way there.
            builder.option(OpenSslContextOption.USE_TASKS, false);
        }
        if (!protocols.isEmpty()) {
            builder.applicationProtocolConfig(new ApplicationProtocolConfig(
                    ApplicationProtocolConfig.Protocol.ALPN,
                    ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                    ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                    protocols));
        }
        return builder.build();
    }

    /**
     * Takes what its certificates are now; connections keep what they have.
     *
     * @throws IOException if one can't be had: then all stay as they are
     */
    public synchronized void renew() throws IOException {
        if (!closed) {
            Certificates before = certificates;
            certificates = read();
            before.close();
        }
    }

    /** The certificates in force, in the order of the configuration. */
    public List<Identity> identities() {
        return certificates.identities();
    }

    /** Whether an authority looks whether a name is ours. */
    boolean proving() {
        return ordered.proving();
    }

    /** What it gets; null if it does not look for this name. */
    SslContext proof(String serverName) {
        return ordered.proof(serverName);
    }

    /** The context for a client, which the caller has to release. */
    SslContext borrow(String serverName, boolean takesEcdsa) {
        while (true) {
            Certificates now = certificates;
            SslContext context = now.borrow(serverName, takesEcdsa);
            if (context != null) {
                return context;
            }
            if (now == certificates) {
                throw new IllegalStateException("no handshake begins here any more");
            }
            // It ended between the two reads, since there are others.
        }
    }

    /** Ends it: to be called when no connection can begin any more. Idempotent. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            certificates.close();
        }
    }
}
