package io.sluice.service;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A clock and an alarm that a test moves on by hand. <em>Loop-confined.</em> */
final class HandClock implements Alarm {
    private record Entry(long atNanos, Runnable task) {}

    private final List<Entry> entries = new ArrayList<>();
    private long nowNanos = Long.MAX_VALUE - Duration.ofSeconds(7).toNanos();

    /** The time; it begins shortly before the count wraps around, as {@link System#nanoTime} may. */
    long nanos() {
        return nowNanos;
    }

    @Override
    public void in(long delayNanos, Runnable task) {
        entries.add(new Entry(nowNanos + delayNanos, task));
    }

    /** Alarms that are set. */
    int alarms() {
        return entries.size();
    }

    /** Lets that much time pass, and what is due meanwhile run at its time. */
    void pass(Duration duration) {
        long end = nowNanos + duration.toNanos();
        while (true) {
            Entry next = null;
            for (Entry entry : entries) {
                if (entry.atNanos - end <= 0 && (next == null || entry.atNanos - next.atNanos < 0)) {
                    next = entry;
                }
            }
            if (next == null) {
                nowNanos = end;
                return;
            }
            entries.remove(next);
            nowNanos = Math.max(0, next.atNanos - nowNanos) + nowNanos;
            next.task.run();
        }
    }
}
