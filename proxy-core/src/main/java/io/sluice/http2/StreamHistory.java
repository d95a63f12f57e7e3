package io.sluice.http2;

/**
 * The last streams a client opened, and how those ended: a frame for a stream that is over means something else for each
 * (RFC 9113 §5.1). <em>Loop-confined.</em>
 */
final class StreamHistory {
    /** Enough for what a client has sent before it knows that a stream was reset, with the streams it may have at once. */
    private static final int KEPT = 512;

    private final int[] ids = new int[KEPT];
    private final boolean[] reset = new boolean[KEPT];

    /** A stream begins. */
    void opened(int id) {
        int at = slot(id);
        ids[at] = id;
        reset[at] = false;
    }

    /** We reset it: what the client has sent by then is to be ignored. */
    void reset(int id) {
        int at = slot(id);
        reset[at] |= ids[at] == id;
    }

    /** Whether it was one of the last that were opened. */
    boolean knows(int id) {
        return ids[slot(id)] == id;
    }

    /** Whether we reset it. */
    boolean wasReset(int id) {
        return knows(id) && reset[slot(id)];
    }

    private static int slot(int id) {
        return id >>> 1 & KEPT - 1;
    }
}
