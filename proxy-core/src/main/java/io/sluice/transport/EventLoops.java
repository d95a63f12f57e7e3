package io.sluice.transport;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoRegistration;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** The event loops of the process, each with its clock. <em>Thread-safe.</em> <em>Ends</em> by {@link #close}. */
public final class EventLoops implements AutoCloseable {
    private final Map<Object, LoopClock> clocks = new ConcurrentHashMap<>();
    private final EventLoopGroup group;

    /**
     * Starts so many.
     *
     * @param count at least 1
     */
    EventLoops(int count, IoHandlerFactory factory) {
        group = new MultiThreadIoEventLoopGroup(count, new DefaultThreadFactory("sluice-loop"), loop -> {
            LoopClock clock = new LoopClock();
            clocks.put(loop, clock);
            return new Turning(factory.newHandler(loop), clock);
        });
    }

    /** The loops as Netty bundles them. */
    public EventLoopGroup group() {
        return group;
    }

    /** The loops, always in the same order. */
    public List<EventLoop> loops() {
        List<EventLoop> loops = new ArrayList<>();
        for (EventExecutor loop : group) {
            loops.add((EventLoop) loop);
        }
        return loops;
    }

    /** The clock of one of the loops, to be read by that loop alone. */
    public LoopClock clock(EventLoop loop) {
        return clocks.get(loop);
    }

    /** Ends the loops, and waits up to five seconds for it. */
    @Override
    public void close() {
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    /** The transport's own handler, whose every run begins a turn of the clock. */
    private record Turning(IoHandler io, LoopClock clock) implements IoHandler {
        @Override
        public void initialize() {
            io.initialize();
        }

        @Override
        public int run(IoHandlerContext context) {
            // What waits for events comes first in there; nobody asks for the time before they are here.
            clock.turn();
            return io.run(context);
        }

        @Override
        public void prepareToDestroy() {
            io.prepareToDestroy();
        }

        @Override
        public void destroy() {
            io.destroy();
        }

        @Override
        public IoRegistration register(IoHandle handle) throws Exception {
            return new Registration(io, handle);
        }

        @Override
        public void wakeup() {
            io.wakeup();
        }

        @Override
        public boolean isCompatible(Class<? extends IoHandle> type) {
            return io.isCompatible(type);
        }
    }
}
