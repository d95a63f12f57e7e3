package io.sluice.acme;

import io.sluice.pem.Identity;
import java.util.List;
import java.util.Set;

/**
 * The names one certificate is for. <em>Immutable.</em>
 *
 * @param all lower case, at least one, in the order that the operator gave; the first is what it is called
 */
public record Names(List<String> all) {

    /** Copies them. */
    public Names {
        if (all.isEmpty()) {
            throw new IllegalArgumentException("a certificate is for at least one name");
        }
        all = List.copyOf(all);
    }

    /** What logs call the certificate. */
    public String first() {
        return all.getFirst();
    }

    /** Whether a certificate is for all of them. */
    boolean in(Identity certificate) {
        return Set.copyOf(certificate.names()).containsAll(all);
    }

    @Override
    public String toString() {
        return String.join(" ", all);
    }
}
