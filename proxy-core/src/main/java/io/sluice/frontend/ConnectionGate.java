package io.sluice.frontend;

import io.netty.channel.Channel;
import io.sluice.http.AddressKey;
import io.sluice.transport.AddressPair;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Keeps the number of client connections below the limit: at the limit the listening sockets are not read, so that new
 * clients wait in the kernel's backlog and those inside notice nothing. <em>Thread-safe.</em>
 */
public final class ConnectionGate {
    private final int max;
    /** Null where one address may have as many as there are. */
    private final AddressCounts addresses;
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger handshakes = new AtomicInteger();
    private final List<Channel> listening = new CopyOnWriteArrayList<>();
    private volatile boolean shortage;

    /**
     * Creates it.
     *
     * @param max connections open at once, at least 1; a batch being accepted may exceed it by a few
     */
    public ConnectionGate(int max) {
        this(max, Integer.MAX_VALUE);
    }

    /** The same, with at most {@code perAddress} connections from one address; {@link Integer#MAX_VALUE} = as many as come. */
    public ConnectionGate(int max, int perAddress) {
        this.max = max;
        this.addresses = perAddress == Integer.MAX_VALUE ? null : new AddressCounts(perAddress);
    }

    /**
     * Counts a channel as its client's, until it closes.
     *
     * @param loop   whose snapshot says whom to trust: who speaks for many is not counted
     * @param client who connected, as far as is known
     * @return false if that client has as many as it may; then the channel is to be closed
     */
    boolean admits(Channel channel, LoopContext loop, AddressPair client) {
        if (addresses == null || loop.worker().snapshot().trusts(client.source().getAddress())) {
            return true;
        }
        long address = AddressKey.of(client.source().getAddress());
        if (!addresses.entered(address)) {
            return false;
        }
        channel.closeFuture().addListener(_ -> addresses.left(address));
        return true;
    }

    /** Lets a listening socket accept whenever there is room, until it is closed. */
    void guard(Channel listener) {
        listening.add(listener);
        listener.closeFuture().addListener(closed -> listening.remove(listener));
        order(listener);
    }

    /** Counts a TLS handshake that begins; false if {@code max} are in progress. True obliges to {@link #handshakeOver} once. */
    boolean handshakeBegins(int max) {
        if (handshakes.incrementAndGet() <= max) {
            return true;
        }
        handshakes.getAndDecrement();
        return false;
    }

    /** Counts the end of a TLS handshake, whatever came of it. */
    void handshakeOver() {
        handshakes.getAndDecrement();
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

    /** No connection is accepted while memory is short. */
    public void shortage(boolean begins) {
        shortage = begins;
        adjust();
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
        listener.config().setAutoRead(open.get() < max && !shortage);
    }
}
