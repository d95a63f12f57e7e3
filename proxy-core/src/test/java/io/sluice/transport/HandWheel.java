package io.sluice.transport;

import io.netty.channel.EventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;

/**
 * A wheel whose time a test moves on by hand: its clock is the real one and what was added to it, so that deadlines set by
 * {@link System#nanoTime} fit. <em>Loop-confined.</em>
 */
public final class HandWheel {
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final DeadlineWheel wheel;
    private long addedNanos;

    /** A wheel that no time was added to. */
    public HandWheel() {
        channel.freezeTime();
        wheel = new DeadlineWheel(channel.eventLoop(), new LoopClock(() -> System.nanoTime() + addedNanos));
    }

    /** The wheel. */
    public DeadlineWheel wheel() {
        return wheel;
    }

    /** A loop that runs nothing by itself. */
    public EventLoop loop() {
        return channel.eventLoop();
    }

    /** Runs what was handed to the loop. */
    public void runTasks() {
        channel.runPendingTasks();
    }

    /** Lets that much time pass, and what is due by then run. */
    public void pass(Duration duration) {
        addedNanos += duration.toNanos() + Duration.ofMillis(2L * DeadlineWheel.TICK_MILLIS).toNanos();
        wheel.tick();
    }
}
