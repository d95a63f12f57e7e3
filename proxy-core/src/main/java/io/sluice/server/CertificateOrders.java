package io.sluice.server;

import io.netty.handler.ssl.SslContext;
import io.sluice.acme.Challenges;
import io.sluice.acme.Names;
import io.sluice.acme.Renewal;
import io.sluice.config.AcmeConfig;
import io.sluice.config.ListenerConfig;
import io.sluice.config.SluiceConfig;
import io.sluice.config.TlsConfig.CertificateConfig;
import io.sluice.pem.Identity;
import io.sluice.route.ChallengeAnswers;
import io.sluice.telemetry.Metrics;
import io.sluice.tls.Ordered;
import io.sluice.tls.Proofs;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * What joins listeners that want certificates by name, those who order them, and the two roads on which an authority looks
 * whether a name is ours. Loads nothing of ACME before such a certificate is wanted. <em>Thread-safe.</em> <em>Ends</em> by
 * {@link #close}.
 */
final class CertificateOrders implements Ordered, AutoCloseable {
    private final Supplier<ChallengeAnswers> answers;
    private final Metrics metrics;
    private final Consumer<List<String>> changed;
    private final Proofs proofs = new Proofs();
    private volatile AcmeConfig config;
    /** Guarded by this; null until a certificate is wanted. */
    private Renewal renewal;

    /**
     * Creates it, ordering nothing.
     *
     * @param answers of requests
     * @param changed told of names whose certificate is another one now
     */
    CertificateOrders(Supplier<ChallengeAnswers> answers, Metrics metrics, Consumer<List<String>> changed) {
        this.answers = answers;
        this.metrics = metrics;
        this.changed = changed;
    }

    /** Shows proofs where authorities look. <em>Thread-safe.</em> */
    private record Proving(Supplier<ChallengeAnswers> answers, Proofs proofs) implements Challenges {
        @Override
        public Shown http(String token, String text) {
            return answers.get().show(token, text)::run;
        }

        @Override
        public Shown tls(String name, Identity certificate) {
            return proofs.show(name, certificate)::run;
        }
    }

    private synchronized Renewal renewal() {
        if (renewal == null) {
            renewal = new Renewal(
                    new Proving(answers, proofs), metrics.acme(), (names, _) -> changed.accept(names.all()));
        }
        return renewal;
    }

    /**
     * What is asked for from now on is asked on these terms.
     *
     * @param terms null where there are none, and nothing will be asked
     */
    void prepare(AcmeConfig terms) {
        config = terms;
    }

    /** This configuration is in force. */
    void follow(SluiceConfig now) {
        Set<Names> wanted = new LinkedHashSet<>();
        for (ListenerConfig listener : now.listeners()) {
            for (CertificateConfig each : listener.tls() == null ? List.<CertificateConfig>of() : listener.tls().certificates()) {
                if (each.ordered()) {
                    wanted.add(new Names(each.acme()));
                }
            }
        }
        if (!wanted.isEmpty() || any()) {
            renewal().follow(now.acme(), wanted);
        }
    }

    private synchronized boolean any() {
        return renewal != null;
    }

    @Override
    public Identity identity(List<String> names) {
        return renewal().present(config, new Names(names));
    }

    @Override
    public SslContext proof(String serverName) {
        return proofs.of(serverName);
    }

    @Override
    public boolean proving() {
        return !proofs.isEmpty();
    }

    /** Orders no more, and gives up what is on its way; idempotent. */
    @Override
    public void close() {
        if (any()) {
            renewal().close();
        }
    }
}
