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
                listener.tls().certificates().forEach(each -> lines.add(line(listener.name(), each, now)));
            }
        }
        return lines;
    }

    private static String line(String listener, CertificateConfig certificate, Instant now) {
        String begin = "Certificate of " + listener + ": ";
        if (certificate.ordered()) {
            return begin + shown(certificate.acme()) + "; ordered by ACME";
        }
        try {
            Identity identity = Identity.read(certificate.cert(), certificate.key());
            List<String> names = identity.names().isEmpty() ? List.of(identity.name()) : identity.names();
            long days = Duration.between(now, identity.expires()).toDays();
            return begin + shown(names) + "; " + identity.keyType() + "; until " + identity.expires()
                    + (identity.expires().isBefore(now) ? " (expired)" : " (" + days + (days == 1 ? " day)" : " days)"));
        } catch (PemException e) {
            // Between the reading of the configuration and now.
            return begin + e.getMessage();
        }
    }

    private static String shown(List<String> names) {
        int more = names.size() - NAMES_SHOWN_MAX;
        return String.join(", ", names.stream().limit(NAMES_SHOWN_MAX).toList()) + (more > 0 ? " and " + more + " more" : "");
    }
}
