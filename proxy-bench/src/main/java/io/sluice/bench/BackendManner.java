package io.sluice.bench;

import java.util.Locale;

/**
 * How the backend of the soak answers one request; the client asks for it in the path, so it knows what must come back.
 * <em>Immutable.</em>
 */
enum BackendManner {
    /** With a Content-Length. */
    LENGTH(Outcome.COMPLETE),
    /** In chunks of all sizes, with a trailer. */
    CHUNKED(Outcome.COMPLETE),
    /** Up to the end of the connection. */
    UNTIL_CLOSE(Outcome.COMPLETE),
    /** Half of what its Content-Length says, then the end. */
    CUT_LENGTH(Outcome.INCOMPLETE),
    /** Half of its chunks, then the end. */
    CUT_CHUNKED(Outcome.INCOMPLETE),
    /** Half of what its Content-Length says, then a reset. */
    RESET(Outcome.INCOMPLETE),
    /** Not at all: it closes. */
    MUTE(Outcome.INCOMPLETE),
    /** Not at all: it resets. */
    MUTE_RESET(Outcome.INCOMPLETE),
    /** Before it has read the request's body, and closes. */
    EARLY(Outcome.EITHER),
    /** In full, and then closes a connection that was to be kept. */
    HANG_UP(Outcome.EITHER);

    /** What the client may see. <em>Immutable.</em> */
    enum Outcome {
        /** The whole body, with status 200. */
        COMPLETE,
        /** An error status, or an end that is seen to come too early; never a whole body. */
        INCOMPLETE,
        /** Any of these. */
        EITHER
    }

    private final Outcome outcome;

    BackendManner(Outcome outcome) {
        this.outcome = outcome;
    }

    Outcome outcome() {
        return outcome;
    }

    /** Its word in a path. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The manner of a word in a path.
     *
     * @throws IllegalArgumentException if there is none
     */
    static BackendManner of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
