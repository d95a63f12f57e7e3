package io.sluice.frontend;

import io.netty.channel.Channel;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Keeps the number of client connections below the limit: at the limit the listening sockets are not read, so that new
 * clients wait in the kernel's backlog and those inside notice nothing. <em>Thread-safe.</em>
 */
public final class ConnectionGate {
    private final int max;
    private final AtomicInteger open = new AtomicInteger();
    private final List<Channel> listening = new CopyOnWriteArrayList<>();

    /**
     * Creates it.
     *
     * @param max connections open at once, at least 1; a batch being accepted may exceed it by a few
     */
    public ConnectionGate(int max) {
        this.max = max;
    }

    /** Lets a listening socket accept whenever there is room, until it is closed. */
    void guard(Channel listener) {
        listening.add(listener);
        listener.closeFuture().addListener(closed -> listening.remove(listener));
        order(listener);
    }

    void entered() {
        if (open.incrementAndGet() == max) {
            adjust();
        }
    }

    void left() {
        if (open.getAndDecrement() == max) {
            adjust();
        }
    }

    private void adjust() {
        for (Channel listener : listening) {
            order(listener);
        }
    }

    private void order(Channel listener) {
        if (listener.eventLoop().inEventLoop()) {
            adjust(listener);
        } else {
            listener.eventLoop().execute(() -> adjust(listener));
        }
    }

    /** Decided on the listener's loop by the count of that moment: late orders can't contradict each other. */
    private void adjust(Channel listener) {
        listener.config().setAutoRead(open.get() < max);
    }
}
