package io.sluice.scenario;

import java.io.IOException;
import java.time.Duration;

/** Something that one side does while the test does something else. <em>Thread-safe.</em> */
final class Background {
    private final Thread thread;
    private volatile Throwable failure;

    /** What is done; an {@link IOException} ends it silently, as the other side may close. */
    @FunctionalInterface
    interface Work {
        void run() throws IOException, InterruptedException;
    }

    private Background(Work work) {
        thread = Thread.ofVirtual().unstarted(() -> {
            try {
                work.run();
            } catch (IOException e) {
                // The other side has ended it.
            } catch (Throwable e) {
                failure = e;
            }
        });
    }

    /** Begins it. */
    static Background run(Work work) {
        Background background = new Background(work);
        background.thread.start();
        return background;
    }

    /** Waits for its end. */
    void awaitEnd() throws InterruptedException {
        awaitEnd(Duration.ofSeconds(30));
    }

    /** Waits for its end, for so long at the most. */
    void awaitEnd(Duration most) throws InterruptedException {
        if (!thread.join(most)) {
            throw new AssertionError("still at work after " + most);
        }
        if (failure != null) {
            throw new AssertionError(failure);
        }
    }
}
