package io.sluice.cli;

/** What the process says when it ends. <em>Immutable.</em> */
final class ExitCode {
    /** Done, or drained. */
    static final int FINE = 0;
    /** The proxy could not start; or, asked for its health, is not well. */
    static final int NOT_STARTED = 1;
    /** The configuration or the command line is wrong. */
    static final int WRONG_INPUT = 2;

    private ExitCode() {}
}
