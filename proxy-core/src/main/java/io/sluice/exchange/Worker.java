package io.sluice.exchange;

import io.netty.channel.EventLoop;
import io.sluice.files.OpenFiles;
import io.sluice.http.Encryption;
import io.sluice.http.Peer;
import io.sluice.http.RequestHead;
import io.sluice.http.ResponseHead;
import io.sluice.linux.Pipes;
import io.sluice.pool.BackendPools;
import io.sluice.stream.ClientStream;
import io.sluice.telemetry.ExchangeRecord;
import io.sluice.telemetry.LiveExchanges;
import io.sluice.telemetry.SlowRing;
import io.sluice.transport.AddressPair;
import io.sluice.transport.DeadlineWheel;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * What the exchanges of one event loop share: its pools, deadlines and open files, the snapshot in force, and who is told when
 * one ends. <em>Loop-confined</em>, but for its construction.
 */
public final class Worker {
    /** How long a connection that is to end, but whose client was not told, waits for a request. */
    public static final long LEAVING_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final EventLoop loop;
    private final DeadlineWheel wheel;
    private final BackendPools pools;
    private final Supplier<Snapshot> snapshots;
    private final Observers observers;
    private final Pipes pipes;
    private final OpenFiles files;
    private final SlowRing slow = new SlowRing();
    private final ResponseHead answerHead = new ResponseHead();
    private final Set<Connection> connections = new HashSet<>();
    private int active;
    private boolean draining;
    private boolean shortage;
    private Runnable onDrained;

    /**
     * Creates the worker of a loop.
     *
     * @param pipes to splice with; null = everything is copied
     */
    public Worker(
            EventLoop loop,
            DeadlineWheel wheel,
            BackendPools pools,
            Supplier<Snapshot> snapshots,
            Observers observers,
            Pipes pipes) {
        this.loop = loop;
        this.wheel = wheel;
        this.pools = pools;
        this.snapshots = snapshots;
        this.observers = observers;
        this.pipes = pipes;
        this.files = new OpenFiles(wheel);
    }

    /** A client connection, as far as the end of the process concerns it. */
    public interface Connection {
        /**
         * Ends, if {@link Worker#draining} says so of its listener: soon if no exchange is in flight; if one is, with its
         * response. Else goes on.
         */
        void drain();

        /** Closes at once, whatever is in flight. */
        void abandon();

        /** Memory is short from now on, or no longer: {@link Worker#shortage}. What is in flight goes on in any case. */
        default void onShortage() {}

        /** Shows what is in flight; nothing, where no exchange has begun. */
        default void show(LiveExchanges to) {}
    }

    /** The loop. */
    public EventLoop loop() {
        return loop;
    }

    /** The loop's deadlines. */
    public DeadlineWheel wheel() {
        return wheel;
    }

    /** The configuration in force. */
    public Snapshot snapshot() {
        return snapshots.get();
    }

    /** The configuration that an exchange of this listener's begins on, and ends on. */
    Snapshot snapshot(ListenerFacts listener) {
        return listener.known(snapshots.get());
    }

    /**
     * Who connected there just now.
     *
     * @param encryption what the TLS handshake settled; null = it is not encrypted
     */
    public Peer peer(AddressPair addresses, Encryption encryption) {
        InetSocketAddress source = addresses.source();
        return new Peer(source, addresses.destination(), encryption, snapshot().trusts(source.getAddress()),
                wheel.nowNanos());
    }

    /** Whether responses end their connections, since the process or the listener is going to end. */
    public boolean draining(ListenerFacts listener) {
        return draining || listener.retired();
    }

    /** Whether memory is short, so that requests are refused and idle connections are not read. */
    public boolean shortage() {
        return shortage;
    }

    /** Tells all connections that memory is short, or no longer. */
    public void shortage(boolean begins) {
        shortage = begins;
        for (Connection connection : new ArrayList<>(connections)) {
            connection.onShortage();
        }
    }

    /** Exchanges in flight. */
    public int active() {
        return active;
    }

    /** Client connections open. */
    public int connections() {
        return connections.size();
    }

    /** Shows all that is in flight. Looks at every connection. */
    public void show(LiveExchanges to) {
        connections.forEach(connection -> connection.show(to));
    }

    /** Enters a client connection; {@link #closed} must follow. */
    public void opened(Connection connection) {
        connections.add(connection);
        if (draining) {
            connection.drain();
        }
    }

    /** Forgets a client connection. */
    public void closed(Connection connection) {
        connections.remove(connection);
        if (onDrained != null && connections.isEmpty()) {
            Runnable drained = onDrained;
            onDrained = null;
            drained.run();
        }
    }

    /** Another configuration is in force: backend connections that it has no use for are closed, once nobody uses them. */
    public void adopt() {
        pools.retain(snapshot().services());
    }

    /** A listener was retired: its connections end. */
    public void drainRetired() {
        for (Connection connection : new ArrayList<>(connections)) {
            connection.drain();
        }
    }

    /**
     * Ends keep-alive: idle connections are closed now, the others with their next response.
     *
     * @param whenEmpty run once no connection is left
     */
    public void drain(Runnable whenEmpty) {
        draining = true;
        onDrained = whenEmpty;
        pools.retire();
        for (Connection connection : new ArrayList<>(connections)) {
            connection.drain();
        }
        if (connections.isEmpty() && onDrained != null) {
            onDrained = null;
            whenEmpty.run();
        }
    }

    /** Closes all connections at once, the files kept open, and every pipe that none of them has in use. */
    public void abandon() {
        pools.retire();
        if (pipes != null) {
            pipes.close();
        }
        for (Connection connection : new ArrayList<>(connections)) {
            connection.abandon();
        }
        files.close();
    }

    /**
     * Makes an exchange, which {@link Exchange#begin} or {@link Exchange#refuse} sets going.
     *
     * @param head         complete, or refused; stays the exchange's until it ended
     * @param startedNanos when its first byte was read
     */
    public Exchange exchange(ClientStream client, RequestHead head, ListenerFacts listener, long startedNanos) {
        begun();
        return new Exchange(this, client, head, listener, startedNanos);
    }

    /** Counts an exchange that begins; {@link #ended} must follow. */
    void begun() {
        active++;
    }

    /** Begins the record of what a client wants, whose request's head is complete. */
    ExchangeRecord record(ListenerFacts listener, Peer client, long startedNanos) {
        boolean text = recordsText();
        ExchangeRecord record = new ExchangeRecord(
                listener.name(), text ? client.addressText() : "", startedNanos, text ? System.currentTimeMillis() : 0);
        record.headRead(client.sinceNanos(), wheel.nowNanos());
        record.encrypted(client.encryption());
        return record;
    }

    /** What bodies are spliced through; null where everything is copied. */
    Pipes pipes() {
        return pipes;
    }

    /** The loop's connections to endpoints. */
    public BackendPools pools() {
        return pools;
    }

    /** The files that are open. */
    OpenFiles files() {
        return files;
    }

    /** The records of slow and failed exchanges; to be read by anyone. */
    public SlowRing slow() {
        return slow;
    }

    /** Whether records need text. */
    boolean recordsText() {
        return observers.wantText();
    }

    /** A head for an answer of ours, to be used within the call. */
    ResponseHead answerHead() {
        return answerHead;
    }

    void ended(ExchangeRecord record) {
        active--;
        slow.offer(record);
        observers.ended(record);
    }
}
