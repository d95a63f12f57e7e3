package io.sluice.pool;

import io.sluice.stream.BackendStream;

/**
 * A connection that carries many streams at once, as its pool sees it; implemented by each protocol that has such. Its streams
 * report for themselves. Implementations are <em>Loop-confined</em>. <em>Ends</em> by {@link #close}, or as it reports.
 */
public interface SharedConnection {

    /** What it reports, on its event loop. */
    interface Listener {
        /** It takes no new streams any more, for whatever reason; those it has go on, as far as they can. */
        void onLeaving();

        /** It is closed, and its streams were told. The last report. */
        void onClosed();
    }

    /** Who is told from now on; to be called once. */
    void listener(Listener listener);

    /** Whether it takes no new streams any more, whatever becomes of those it has. */
    boolean leaving();

    /** How many more streams it takes now; 0 = none, now or for good. */
    int room();

    /** A new stream; only where there is {@link #room}. */
    BackendStream stream();

    /** Takes no new streams, and closes as soon as those it has are over. Idempotent. */
    void close();
}
