package io.sluice.acme;

import io.sluice.pem.Authorities;
import io.sluice.pem.PemException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.shredzone.acme4j.connector.NetworkSettings;
import org.shredzone.acme4j.provider.GenericAcmeProvider;

/**
 * How an authority is reached: whom it may show a certificate of. <em>Loop-confined</em> to the thread that orders.
 * <em>Ends</em> by {@link #close}, with all its connections.
 */
final class Directory extends GenericAcmeProvider implements AutoCloseable {
    private final Path ca;
    private HttpClient client;

    /**
     * Creates it, reading nothing.
     *
     * @param ca whose certificates it may show, in PEM; null = whom Java trusts
     */
    Directory(Path ca) {
        this.ca = ca;
    }

    @Override
    public HttpClient createHttpClient(NetworkSettings settings) {
        HttpClient.Builder builder = HttpClient.newBuilder()
                .followRedirects(HttpClient.Redirect.NORMAL)
                .connectTimeout(settings.getTimeout())
                .proxy(settings.getProxySelector());
        if (ca != null) {
            builder.sslContext(trusting(ca));
        }
        client = builder.build();
        return client;
    }

    private static SSLContext trusting(Path file) {
        try {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            for (X509Certificate each : Authorities.read(file)) {
                store.setCertificateEntry("ca-" + store.size(), each);
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (PemException e) {
            throw new UncheckedIOException(new IOException("acme.ca: " + e.getMessage(), e));
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException("every Java trusts whom it is told to", e);
        }
    }

    @Override
    public void close() {
        if (client != null) {
            client.shutdownNow();
        }
    }
}
