package io.sluice.transport;

import io.netty.channel.EventLoop;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The deadlines of one event loop, coarse and cheap: a ring of slots of {@value #TICK_MILLIS} ms, each a linked list. A
 * deadline that was moved later stays in its slot until the slot comes up, and is linked anew then; so a request that
 * ends in time costs no timer. <em>Loop-confined.</em>
 *
 * <p>A deadline runs not before its time and at most two ticks after it. The loop is woken only while deadlines are linked.
 */
public final class DeadlineWheel {
    /** The resolution in milliseconds. */
    public static final int TICK_MILLIS = 20;

    private static final Logger LOG = LoggerFactory.getLogger(DeadlineWheel.class);
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(TICK_MILLIS);
    private static final int SLOTS = 1024;

    private final EventLoop loop;
    private final LoopClock clock;
    private final long originNanos;
    private final Deadline[] slots = new Deadline[SLOTS];
    private final Runnable onTick = this::tick;
    private int linked;
    private boolean ticking;
    /** Ticks below this one were looked at. */
    private long nextTick = 1;

    /** Creates the wheel of a loop, over that loop's clock. */
    public DeadlineWheel(EventLoop loop, LoopClock clock) {
        this.loop = loop;
        this.clock = clock;
        // Ticks count from 1: 0 marks a deadline that is not linked.
        this.originNanos = clock.nanos() - TICK_NANOS;
    }

    /** The time its deadlines go by, as {@link System#nanoTime} counts. */
    public long nowNanos() {
        return clock.nanos();
    }

    void schedule(Deadline deadline) {
        if (!ticking) {
            ticking = true;
            // Nothing was linked in the ticks that passed meanwhile.
            nextTick = Math.max(nextTick, (clock.nanos() - originNanos) / TICK_NANOS);
            loop.schedule(onTick, TICK_NANOS, TimeUnit.NANOSECONDS);
        }
        long tick = tickOf(deadline.atNanos);
        if (deadline.tick > 0) {
            if (tick >= deadline.tick) {
                return;
            }
            remove(deadline);
        }
        link(deadline, tick);
    }

    /** The first tick at or after this time that was not looked at yet. */
    private long tickOf(long atNanos) {
        return Math.max(nextTick, (atNanos - originNanos + TICK_NANOS - 1) / TICK_NANOS);
    }

    private void link(Deadline deadline, long tick) {
        // A time beyond one turn of the ring is looked at once a turn.
        long slotTick = Math.min(tick, nextTick + SLOTS - 1);
        int slot = (int) (slotTick % SLOTS);
        deadline.tick = slotTick;
        deadline.next = slots[slot];
        if (deadline.next != null) {
            deadline.next.previous = deadline;
        }
        slots[slot] = deadline;
        linked++;
    }

    void remove(Deadline deadline) {
        if (deadline.tick == 0) {
            return;
        }
        if (deadline.previous != null) {
            deadline.previous.next = deadline.next;
        } else {
            slots[(int) (deadline.tick % SLOTS)] = deadline.next;
        }
        if (deadline.next != null) {
            deadline.next.previous = deadline.previous;
        }
        deadline.previous = null;
        deadline.next = null;
        deadline.tick = 0;
        linked--;
    }

    /** Looks at every slot whose tick has passed. */
    void tick() {
        // This turn may have taken long enough for another tick.
        clock.turn();
        long nowNanos = nowNanos();
        long reached = (nowNanos - originNanos) / TICK_NANOS;
        // More than a turn late, each slot is still looked at only once.
        long from = Math.max(nextTick, reached - SLOTS + 1);
        nextTick = reached + 1;
        for (long tick = from; tick <= reached; tick++) {
            look((int) (tick % SLOTS), nowNanos);
        }
        if (linked > 0) {
            loop.schedule(onTick, TICK_NANOS, TimeUnit.NANOSECONDS);
        } else {
            ticking = false;
        }
    }

    private void look(int slot, long nowNanos) {
        // All are taken out before any runs, since one that runs may set, move or cancel others.
        Deadline due = null;
        for (Deadline deadline = slots[slot]; deadline != null; ) {
            Deadline next = deadline.next;
            remove(deadline);
            if (deadline.dueAt(nowNanos)) {
                deadline.nextDue = due;
                due = deadline;
            } else if (deadline.atNanos != Deadline.NEVER) {
                link(deadline, tickOf(deadline.atNanos));
            }
            deadline = next;
        }
        while (due != null) {
            Deadline deadline = due;
            due = deadline.nextDue;
            deadline.nextDue = null;
            if (deadline.dueAt(nowNanos)) {
                run(deadline);
            }
        }
    }

    /** What one action throws must not take their time from all the other deadlines of the loop. */
    private static void run(Deadline deadline) {
        try {
            deadline.run();
        } catch (RuntimeException defect) {
            LOG.error("the action of a deadline failed", defect);
        }
    }
}
