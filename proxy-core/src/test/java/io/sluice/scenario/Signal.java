package io.sluice.scenario;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Something one side waits for until the test says so. <em>Thread-safe.</em> */
final class Signal {
    private final CountDownLatch latch = new CountDownLatch(1);

    /** Lets everyone go on. */
    void raise() {
        latch.countDown();
    }

    /** Waits. */
    void await() throws InterruptedException {
        if (!latch.await(RawConnection.PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new AssertionError("no signal came");
        }
    }
}
