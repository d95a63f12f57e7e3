package io.sluice.linux;

import io.sluice.transport.DeadlineWheel;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * What all loops share of splicing: how many pipes there may be, and whether the kernel does it at all. <em>Thread-safe.</em>
 */
public final class Splicing {
    /** What a pipe holds as it is made, where pages are of 4 KiB (pipe(7)). */
    private static final int PIPE_BYTES_DEFAULT = 64 * 1024;

    private final Supplier<SystemCalls> calls;
    private final int pipesMax;
    private final int pipeBytes;
    private final Consumer<String> onRefused;
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger active = new AtomicInteger();
    private final LongAdder mismatches = new LongAdder();
    private final AtomicBoolean refused = new AtomicBoolean();
    private final AtomicBoolean smaller = new AtomicBoolean();
    private final AtomicBoolean pipeless = new AtomicBoolean();
    private volatile boolean ready;

    /**
     * Creates it.
     *
     * @param pipesMax  pipes of all loops together, each two descriptors
     * @param pipeBytes what each is asked to hold; the kernel may grant less, and without privileges does beyond
     *                  /proc/sys/fs/pipe-user-pages-soft (pipe(7))
     * @param onRefused told once of each thing that the kernel refuses, and of each endpoint disarmed; any thread
     * @param calls     made for each loop, see {@link SystemCalls#ofThisSystem}; making the first may take a while
     */
    public Splicing(int pipesMax, int pipeBytes, Consumer<String> onRefused, Supplier<SystemCalls> calls) {
        this.pipesMax = pipesMax;
        this.pipeBytes = pipeBytes;
        this.onRefused = onRefused;
        this.calls = calls;
    }

    /**
     * Gets the system calls ready, on a thread of its own: to link them takes the JVM a good part of a second, which the
     * start has better use for. Until then bodies are copied.
     */
    public void prepare() {
        Thread.ofPlatform().daemon().name("sluice-splicing").start(() -> {
            try {
                calls.get();
                ready = true;
            } catch (RuntimeException | LinkageError missing) {
                onRefused.accept("This system has no splice (" + missing.getMessage() + "): bodies are copied");
            }
        });
    }

    /** The pipes of one more loop, by whose deadlines those that nobody needs are closed. */
    public Pipes pipes(DeadlineWheel wheel) {
        return new Pipes(this, calls, wheel);
    }

    /** Whether the kernel splices, as far as is known. */
    public boolean works() {
        return ready && !refused.get();
    }

    /** Pipes that wait for a body. */
    public int idlePipes() {
        return open.get() - active.get();
    }

    /** Pipes that a body crosses. */
    public int activePipes() {
        return active.get();
    }

    /** Bodies of which other bytes came out of a pipe than went into it. */
    public long mismatches() {
        return mismatches.sum();
    }

    /** Takes a place for a pipe; false if there is none. */
    boolean enter() {
        if (open.incrementAndGet() > pipesMax) {
            open.decrementAndGet();
            return false;
        }
        return true;
    }

    void leave() {
        open.decrementAndGet();
    }

    void activated(int count) {
        active.addAndGet(count);
    }

    /** The kernel won't: an old one, or a filter of system calls. What is under way, and all that follows, is copied. */
    void refused(long error) {
        if (refused.compareAndSet(false, true)) {
            onRefused.accept("The kernel refuses to splice (errno " + -error + "): bodies are copied from now on");
        }
    }

    /** No pipe can be opened at this moment: the bodies that would have needed one are copied. */
    void pipeRefused(long error) {
        if (pipeless.compareAndSet(false, true)) {
            onRefused.accept("The kernel refuses a pipe (errno " + -error + "): bodies that find none are copied");
        }
    }

    void disarmed(String endpoint) {
        onRefused.accept("Spliced bodies of endpoint " + endpoint
                + " lost bytes in pipes again and again: bodies from and to it are copied from now on");
    }

    void mismatch() {
        mismatches.increment();
    }

    /** Asks for the configured room, and returns what there is; where it is refused, the pipe stays as it was made. */
    int enlarge(SystemCalls kernel, int end) {
        int size = kernel.pipeSize(end, pipeBytes);
        if (size < 0 && smaller.compareAndSet(false, true)) {
            onRefused.accept(
                    "The kernel refuses pipes of " + pipeBytes + " bytes (errno " + -size + "): they stay at its default");
        }
        return size < 0 ? PIPE_BYTES_DEFAULT : size;
    }
}
