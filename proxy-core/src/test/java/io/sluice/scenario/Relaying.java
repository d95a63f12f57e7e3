package io.sluice.scenario;

/** How the bodies of a scenario are to cross. <em>Immutable.</em> */
enum Relaying {
    /** Through our buffers, all of them. */
    COPIED("zeroCopy: { enabled: false }\n"),
    /** Inside the kernel from the first byte that can: what came in one read with a head can't. */
    SPLICED("zeroCopy: { threshold: 1 }\n"),
    /** As an operator has it who says nothing. */
    DEFAULT(""),
    /** Over TLS, so through our buffers. */
    ENCRYPTED(""),
    /** The same to the backends, which a client doesn't know. */
    ENCRYPTED_BEHIND(""),
    /** From clients of HTTP/2, so through our buffers. */
    HTTP2("");

    private final String yaml;

    Relaying(String yaml) {
        this.yaml = yaml;
    }

    /** What the configuration says of it. */
    String yaml() {
        return yaml;
    }
}
