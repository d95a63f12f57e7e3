package io.sluice.transport;

/**
 * A point in time after which something is done, unless it was moved before. <em>Loop-confined</em>: a node of its loop's
 * {@link DeadlineWheel}. Moving it later is a plain write; moving it earlier relinks it.
 */
public final class Deadline {
    /** No deadline. */
    public static final long NEVER = Long.MAX_VALUE;

    private final DeadlineWheel wheel;
    private final Runnable action;
    long atNanos = NEVER;
    /** The tick at which the wheel looks at it next; meaningful while linked. */
    long tick;
    Deadline previous;
    Deadline next;
    Deadline nextDue;

    /**
     * Creates it, without a time.
     *
     * @param action run on the wheel's loop when the time has come; the deadline has no time then, and may get a new one
     */
    public Deadline(DeadlineWheel wheel, Runnable action) {
        this.wheel = wheel;
        this.action = action;
    }

    /**
     * Sets or moves it.
     *
     * @param nanos a value of {@link System#nanoTime}, or {@link #NEVER}
     */
    public void at(long nanos) {
        atNanos = nanos;
        if (nanos != NEVER) {
            wheel.schedule(this);
        }
    }

    /** Makes sure that it does not come, as a plain write: the wheel forgets it when it next looks. For one that is set again soon. */
    public void disarm() {
        atNanos = NEVER;
    }

    /** Makes sure that it does not come, and that the wheel forgets it now. */
    public void cancel() {
        atNanos = NEVER;
        wheel.remove(this);
    }

    boolean dueAt(long nowNanos) {
        return atNanos != NEVER && atNanos - nowNanos <= 0;
    }

    void run() {
        atNanos = NEVER;
        wheel.remove(this);
        action.run();
    }
}
