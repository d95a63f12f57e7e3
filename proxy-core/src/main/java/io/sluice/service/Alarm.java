package io.sluice.service;

/** Runs something later, once, on a thread of its own choosing. <em>Thread-safe.</em> */
@FunctionalInterface
public interface Alarm {
    /** Runs the task after so many nanoseconds, or never if that thread has ended. */
    void in(long delayNanos, Runnable task);
}
