package io.sluice.config;

/** A value isn't what its key expects; the message is a hint for the operator, or empty. <em>Immutable.</em> */
final class Mismatch extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    Mismatch() {
        this("");
    }

    Mismatch(String hint) {
        super(hint);
    }
}
