package io.sluice.cli;

import io.sluice.config.ListenerConfig;
import io.sluice.config.SluiceConfig;
import io.sluice.config.TlsConfig.CertificateConfig;
import io.sluice.pem.Identity;
import io.sluice.pem.PemException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** What {@code check} says of the certificates of listeners. <em>Immutable.</em> */
final class CertificateLines {
    private static final int NAMES_SHOWN_MAX = 5;

    private CertificateLines() {}

    /** A line for each certificate: for which names, and of those in files which key, how long still. */
    static List<String> of(SluiceConfig config, Instant now) {
        List<String> lines = new ArrayList<>();
        for (ListenerConfig listener : config.listeners()) {
            if (listener.tls() != null) {
                listener.tls().certificates().forEach(each -> lines.add("Certificate of " + listener.name() + ": "
                        + (each.ordered() ? ordered(each, config) : read(each, now))));
            }
        }
        return lines;
    }

    /** Nobody is asked: the first one comes when the proxy runs. */
    private static String ordered(CertificateConfig certificate, SluiceConfig config) {
        return shown(certificate.acme()) + "; by ACME from " + config.acme().directory();
    }

    private static String read(CertificateConfig certificate, Instant now) {
        try {
            Identity identity = Identity.read(certificate.cert(), certificate.key());
            List<String> names = identity.names().isEmpty() ? List.of(identity.name()) : identity.names();
            long days = Duration.between(now, identity.expires()).toDays();
            return shown(names) + "; " + identity.keyType() + "; until " + identity.expires()
                    + (identity.expires().isBefore(now) ? " (expired)" : " (" + days + (days == 1 ? " day)" : " days)"));
        } catch (PemException e) {
            // Between the reading of the configuration and now.
            return e.getMessage();
        }
    }

    private static String shown(List<String> names) {
        int more = names.size() - NAMES_SHOWN_MAX;
        return String.join(", ", names.stream().limit(NAMES_SHOWN_MAX).toList()) + (more > 0 ? " and " + more + " more" : "");
    }
}
