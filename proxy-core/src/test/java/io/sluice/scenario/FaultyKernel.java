package io.sluice.scenario;

import io.sluice.linux.SystemCalls;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** The real system calls, but for those that a test has go wrong. <em>Thread-safe.</em> */
final class FaultyKernel implements Supplier<SystemCalls> {
    /** What happens instead of a splice. */
    @FunctionalInterface
    interface Fault {
        long instead(SystemCalls real, int from, int to, long bytes);

        /** An error; nothing is moved. */
        static Fault error(int number) {
            return (real, from, to, bytes) -> -number;
        }

        /** Some of what is in the pipe is lost on its way out. */
        static Fault losing(int count) {
            return (real, from, to, bytes) -> {
                real.read(from, ByteBuffer.allocateDirect(count));
                return real.splice(from, to, bytes);
            };
        }

        /** More, or fewer, are said to be moved than are. */
        static Fault lying(int more) {
            return (real, from, to, bytes) -> {
                long moved = real.splice(from, to, bytes);
                return moved > 1 ? moved + more : moved;
            };
        }
    }

    /** Which calls go wrong, counted from 1. */
    private record Rule(int first, int last, Fault fault) {}

    private static final Rule NONE = new Rule(0, 0, null);

    private final Set<Integer> writingEnds = ConcurrentHashMap.newKeySet();
    private final AtomicInteger fills = new AtomicInteger();
    private final AtomicInteger drains = new AtomicInteger();
    private volatile Rule fillRule = NONE;
    private volatile Rule drainRule = NONE;
    private volatile int pipeError;
    private volatile int sizeError;

    /** These calls from a socket into a pipe go wrong, counted from now. */
    void fills(int first, int last, Fault fault) {
        fills.set(0);
        fillRule = new Rule(first, last, fault);
    }

    /** These calls from a pipe to a socket go wrong, counted from now. */
    void drains(int first, int last, Fault fault) {
        drains.set(0);
        drainRule = new Rule(first, last, fault);
    }

    /** No pipe can be opened; 0 = again it can. */
    void pipes(int error) {
        pipeError = error;
    }

    /** No pipe can be made larger. */
    void sizes(int error) {
        sizeError = error;
    }

    @Override
    public SystemCalls get() {
        return new Calls(SystemCalls.ofThisSystem().get());
    }

    private final class Calls implements SystemCalls {
        private final SystemCalls real;

        Calls(SystemCalls real) {
            this.real = real;
        }

        @Override
        public long splice(int from, int to, long bytes) {
            boolean fill = writingEnds.contains(to);
            Rule rule = fill ? fillRule : drainRule;
            int call = (fill ? fills : drains).incrementAndGet();
            return call >= rule.first && call <= rule.last
                    ? rule.fault.instead(real, from, to, bytes)
                    : real.splice(from, to, bytes);
        }

        @Override
        public long pipe() {
            if (pipeError != 0) {
                return -pipeError;
            }
            long ends = real.pipe();
            writingEnds.add((int) ends);
            return ends;
        }

        @Override
        public int pipeSize(int pipe, int bytes) {
            return sizeError != 0 ? -sizeError : real.pipeSize(pipe, bytes);
        }

        @Override
        public int bytesIn(int descriptor) {
            return real.bytesIn(descriptor);
        }

        @Override
        public int read(int pipe, ByteBuffer to) {
            return real.read(pipe, to);
        }

        @Override
        public int write(int socket, ByteBuffer from) {
            return real.write(socket, from);
        }

        @Override
        public void close(int descriptor) {
            writingEnds.remove(descriptor);
            real.close(descriptor);
        }
    }
}
