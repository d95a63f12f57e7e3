package io.sluice.tls;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.OpenSslServerSessionContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import io.netty.util.ReferenceCountUtil;
import io.sluice.config.TlsConfig;
import io.sluice.config.TlsConfig.CertificateConfig;
import io.sluice.config.TlsConfig.ClientAuth;
import io.sluice.pem.Authorities;
import io.sluice.pem.Identity;
import io.sluice.pem.PemException;
import io.sluice.pem.StapledResponse;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLException;

/**
 * How a listener ends TLS: its certificates of the moment, which may change while connections go on, and the keys of its
 * session tickets. <em>Thread-safe.</em> <em>Ends</em> by {@link #close}; connections keep what they have.
 */
public final class Termination implements AutoCloseable {
    private final TlsConfig config;
    private final SslProvider provider;
    private final List<String> protocols;
    private final Ordered ordered;
    /** Guarded by this: of each certificate those of its tickets, so that no session goes on under another. */
    private final List<TicketKeys> tickets = new ArrayList<>();
    /** Guarded by this. */
    private final FileStamps files;
    private volatile Certificates certificates;
    /** Guarded by this. */
    private boolean closed;

    private Termination(TlsConfig config, SslProvider provider, List<String> protocols, Ordered ordered, LongSupplier nanoTime) {
        this.config = config;
        this.provider = provider;
        this.protocols = protocols;
        this.ordered = ordered;
        this.files = new FileStamps(config);
        config.certificates().forEach(_ -> tickets.add(new TicketKeys(nanoTime)));
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
        return load(config, engines, protocols, ordered, System::nanoTime);
    }

    /** The same with another clock for the age of the tickets' keys. */
    static Termination load(
            TlsConfig config, Engines engines, List<String> protocols, Ordered ordered, LongSupplier nanoTime) throws IOException {
        Termination made = new Termination(config, engines.provider(), protocols, ordered, nanoTime);
        made.files.taken();
        made.certificates = made.read();
        return made;
    }

    private Certificates read() throws IOException {
        List<Certificates.Entry> entries = new ArrayList<>();
        try {
            List<X509Certificate> authorities = config.clientCa() == null ? List.of() : Authorities.read(config.clientCa());
            for (CertificateConfig each : config.certificates()) {
                Identity identity = each.ordered() ? ordered.identity(each.acme()) : Identity.read(each.cert(), each.key());
                byte[] ocsp = each.ocsp() == null ? null : StapledResponse.read(each.ocsp());
                entries.add(new Certificates.Entry(
                        identity, context(identity, authorities, ocsp != null, tickets.get(entries.size())), ocsp));
            }
            return new Certificates(entries);
        } catch (PemException | SSLException | IllegalArgumentException e) {
            entries.forEach(entry -> ReferenceCountUtil.release(entry.context()));
            throw new IOException("tls.certificates[" + entries.size() + "]: " + e.getMessage(), e);
        }
    }

    private SslContext context(Identity identity, List<X509Certificate> authorities, boolean staples, TicketKeys keys)
            throws SSLException {
        Suites suites = Suites.of(config.profile());
        SslContextBuilder builder = SslContextBuilder.forServer(identity.key(), identity.chain())
                .sslProvider(provider)
                .protocols(suites.versions())
                .ciphers(suites.ciphers(), SupportedCipherSuiteFilter.INSTANCE)
                .sessionTimeout(TicketKeys.SESSION_SECONDS);
        if (config.clientAuth() != ClientAuth.OFF) {
            builder.trustManager(authorities).clientAuth(config.clientAuth() == ClientAuth.REQUIRED
                    ? io.netty.handler.ssl.ClientAuth.REQUIRE : io.netty.handler.ssl.ClientAuth.OPTIONAL);
        }
        if (provider != SslProvider.JDK) {
            // Handshakes run on the event loop in any case; tasks would only be objects on the way there.
            builder.option(OpenSslContextOption.USE_TASKS, false).enableOcsp(staples);
        }
        if (!protocols.isEmpty()) {
            builder.applicationProtocolConfig(new ApplicationProtocolConfig(
                    ApplicationProtocolConfig.Protocol.ALPN,
                    ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                    ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                    protocols));
        }
        SslContext context = builder.build();
        if (context.sessionContext() instanceof OpenSslServerSessionContext sessions) {
            // Tickets hold all there is to know of a session; a cache would be memory for those who want none.
            sessions.setSessionCacheEnabled(false);
            sessions.setTicketKeys(keys.inForce());
        }
        return context;
    }

    /** The certificates in force, in the order of the configuration. */
    public List<Identity> identities() {
        return certificates.identities();
    }

    /**
     * Reads the files again if they have changed; connections that are open keep what they have.
     *
     * @param settled whether to wait until they have been the same for two calls: a certificate and its key are two files,
     *                of which one is written before the other
     * @return whether there are others in force now
     * @throws IOException if the new ones are not what they should be; the old ones stay. Told once for each change
     */
    public synchronized boolean refresh(boolean settled) throws IOException {
        if (closed || !files.changed(settled)) {
            return false;
        }
        files.taken();
        if (config.clientAuth() != ClientAuth.OFF) {
            // Others may be trusted now: nobody goes on with a session that was begun before.
            tickets.forEach(TicketKeys::replace);
        }
        Certificates before = certificates;
        certificates = read();
        before.close();
        return true;
    }

    /**
     * Takes what its ordered certificates are now; connections that are open keep what they have.
     *
     * @throws IOException if a file is not what it should be: then all stay as they are
     */
    public synchronized void renew() throws IOException {
        if (!closed) {
            Certificates before = certificates;
            certificates = read();
            before.close();
        }
    }

    /** Has new tickets made with new keys, once an old key has been in use long enough. */
    public synchronized void rotate() {
        if (!closed) {
            for (int i = 0; i < tickets.size(); i++) {
                if (tickets.get(i).rotate()) {
                    certificates.tickets(i, tickets.get(i));
                }
            }
        }
    }

    /** Whether an authority looks whether a name is ours. */
    boolean proving() {
        return ordered.proving();
    }

    /** What it gets; null if it does not look for this name. */
    SslContext proof(String serverName) {
        return ordered.proof(serverName);
    }

    /** What there is for a client, whose context the caller has to release. */
    Certificates.Entry borrow(String serverName, boolean takesEcdsa) {
        while (true) {
            Certificates now = certificates;
            Certificates.Entry entry = now.borrow(serverName, takesEcdsa);
            if (entry != null) {
                return entry;
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
