package io.sluice.acme;

import java.io.Serial;
import java.time.Instant;

/** Why there is no certificate. <em>Immutable.</em> */
final class OrderFailed extends Exception {
    @Serial
    private static final long serialVersionUID = 1;
    private static final int TEXT_MAX = 400;

    private final Instant notBefore;

    /**
     * Creates it.
     *
     * @param why       in one line; what the authority sent is shortened, and made printable
     * @param notBefore when the authority wants to be asked again; null = it did not say
     */
    OrderFailed(String why, Instant notBefore, Throwable cause) {
        super(printable(why), cause);
        this.notBefore = notBefore;
    }

    /** When the authority wants to be asked again; null if it did not say. */
    Instant notBefore() {
        return notBefore;
    }

    private static String printable(String text) {
        String line = text.replaceAll("[^ -~]+", " ").strip();
        return line.length() > TEXT_MAX ? line.substring(0, TEXT_MAX) + "..." : line;
    }
}
