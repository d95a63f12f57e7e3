package io.sluice.linux;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * What all loops share of splicing: how many pipes there may be, and whether the kernel does it at all. <em>Thread-safe.</em>
 */
public final class Splicing {
    private final Supplier<SystemCalls> calls;
    private final int pipesMax;
    private final int pipeBytes;
    private final Consumer<String> onRefused;
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger active = new AtomicInteger();
    private final LongAdder mismatches = new LongAdder();
    private final AtomicBoolean refused = new AtomicBoolean();
    private final AtomicBoolean smaller = new AtomicBoolean();
    private volatile boolean ready;

    /**
     * Creates it over the C library.
     *
     * @param pipesMax  pipes of all loops together, each two descriptors
     * @param pipeBytes what each is asked to hold; the kernel may grant less, and without privileges does beyond
     *                  /proc/sys/fs/pipe-user-pages-soft (pipe(7))
     * @param onRefused told once of each thing that the kernel refuses; any thread
     */
    public Splicing(int pipesMax, int pipeBytes, Consumer<String> onRefused) {
        this(pipesMax, pipeBytes, onRefused, Libc::new);
    }

    /** Creates it over other calls. */
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

    /** The pipes of one more loop. */
    public Pipes pipes() {
        return new Pipes(this, calls);
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

    /** Bodies of which not every byte that went into a pipe came out of it. */
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

    void mismatch() {
        mismatches.increment();
    }

    /** Asks for the configured room; where that is refused, the pipe stays as it was made. */
    void enlarge(SystemCalls kernel, int end) {
        int size = kernel.pipeSize(end, pipeBytes);
        if (size < 0 && smaller.compareAndSet(false, true)) {
            onRefused.accept(
                    "The kernel refuses pipes of " + pipeBytes + " bytes (errno " + -size + "): they stay at its default");
        }
    }
}
