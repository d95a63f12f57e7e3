package io.sluice.admin;

import io.sluice.config.AdminConfig;
import io.sluice.config.HostPort;
import io.sluice.server.ReloadResult;
import io.sluice.server.SluiceServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the admin address from threads of its own; what there is, is in {@link AdminTable}. <em>Thread-safe.</em>
 * <em>Ownership</em>: owns its sockets. <em>Ends</em> by {@link #close}.
 *
 * <p>Its clients can't hurt it, nor the proxy by it: a connection carries one request, has one deadline for everything,
 * and only few are open at a time. When there are too many the oldest ends, so that clients who stall never keep a probe
 * from its answer. The JDK's own server can't be bound like this except by settings that hold for the whole process.
 */
public final class AdminServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AdminServer.class);
    private static final int BACKLOG = 64;
    private static final long JOIN_MILLIS_MAX = 1000;
    private static final long ACCEPT_PAUSE_NANOS = 100_000_000;

    private final ServerSocket listening;
    private final AdminPages pages;
    private final Gatekeeper gatekeeper;
    private final AdminLimits limits;
    private final ScheduledThreadPoolExecutor deadlines;
    private final Thread accepting = Thread.ofPlatform().daemon().name("sluice-admin").unstarted(this::accept);
    /** In the order accepted; guarded by itself. */
    private final SequencedSet<Socket> open = new LinkedHashSet<>();

    private AdminServer(ServerSocket listening, AdminPages pages, Gatekeeper gatekeeper, AdminLimits limits) {
        this.listening = listening;
        this.pages = pages;
        this.gatekeeper = gatekeeper;
        this.limits = limits;
        this.deadlines = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().daemon().name("sluice-admin-deadlines").factory());
        this.deadlines.setRemoveOnCancelPolicy(true);
    }

    /**
     * Starts it at the address the proxy's configuration names.
     *
     * @param levels what the process logs; null = that can't be changed, and there is no page for it
     * @param reload reads the configuration again and puts it in force, on a thread of the admin address; null from it = there
     *               is nothing to read again
     * @throws IOException              if it can't be bound; the message names the address
     * @throws IllegalArgumentException if the configuration names none
     */
    public static AdminServer start(SluiceServer server, LogLevels levels, Supplier<ReloadResult> reload) throws IOException {
        AdminConfig config = server.config().admin();
        if (config.address() == null) {
            throw new IllegalArgumentException("admin.address: off; there is nothing to start");
        }
        return start(config, AdminTable.of(server, levels, reload), AdminLimits.DEFAULT);
    }

    /** Starts it with these pages. */
    static AdminServer start(AdminConfig config, AdminPages pages, AdminLimits limits) throws IOException {
        ServerSocket listening = bound(config.address());
        if (config.token() == null && !listening.getInetAddress().isLoopbackAddress()) {
            // A configuration that says so is refused; but localhost is what the system says it is.
            LOG.warn("admin address can be reached from other machines, and asks for no token address={}", config.address());
        }
        AdminServer server = new AdminServer(listening, pages, Gatekeeper.of(config), limits);
        server.accepting.start();
        return server;
    }

    private static ServerSocket bound(HostPort address) throws IOException {
        InetSocketAddress resolved = new InetSocketAddress(address.host(), address.port());
        if (resolved.isUnresolved()) {
            throw new IOException("admin.address: can't listen on " + address + ": unknown host");
        }
        ServerSocket socket = new ServerSocket();
        try {
            socket.bind(resolved, BACKLOG);
            return socket;
        } catch (IOException e) {
            socket.close();
            throw new IOException("admin.address: can't listen on " + address + ": " + e.getMessage(), e);
        }
    }

    /** Where it accepts. */
    public InetSocketAddress address() {
        return (InetSocketAddress) listening.getLocalSocketAddress();
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                admit(listening.accept());
            } catch (IOException e) {
                if (!listening.isClosed()) {
                    LOG.warn("admin address can't accept a connection why={}", e.toString());
                    // No descriptor is free: trying at once would only burn the processor.
                    LockSupport.parkNanos(ACCEPT_PAUSE_NANOS);
                }
            }
        }
    }

    private void admit(Socket socket) {
        Socket oldest = null;
        synchronized (open) {
            if (open.size() >= limits.connections()) {
                oldest = open.removeFirst();
            }
            open.add(socket);
        }
        if (oldest != null) {
            end(oldest);
        }
        try {
            AtomicReference<Future<?>> deadline = new AtomicReference<>(endIn(limits.deadline(), socket));
            Thread.ofVirtual().name("sluice-admin-connection").start(() -> serve(socket, deadline));
        } catch (RejectedExecutionException e) {
            // Closed meanwhile.
            end(socket);
        }
    }

    private Future<?> endIn(Duration time, Socket socket) {
        return deadlines.schedule(() -> end(socket), time.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void serve(Socket socket, AtomicReference<Future<?>> deadline) {
        try {
            new AdminConnection(socket, pages, gatekeeper, more -> {
                deadline.get().cancel(false);
                deadline.set(endIn(limits.deadline().plus(more), socket));
            }).serve();
        } catch (IOException | RejectedExecutionException e) {
            LOG.debug("admin connection ended early why={}", e.toString());
        } finally {
            deadline.get().cancel(false);
            end(socket);
        }
    }

    private void end(Socket socket) {
        synchronized (open) {
            open.remove(socket);
        }
        try {
            socket.close();
        } catch (IOException e) {
            LOG.debug("admin connection can't be closed why={}", e.toString());
        }
    }

    /** Connections open now. */
    int connections() {
        synchronized (open) {
            return open.size();
        }
    }

    /** Stops it, connections included, and frees the port; idempotent. */
    @Override
    public void close() {
        try {
            listening.close();
        } catch (IOException e) {
            LOG.debug("admin address can't be closed why={}", e.toString());
        }
        awaitPortFreed();
        deadlines.shutdownNow();
        List<Socket> left;
        synchronized (open) {
            left = new ArrayList<>(open);
        }
        left.forEach(this::end);
    }

    /** The kernel keeps a socket open while a thread waits on it, also behind our back: that thread must have left. */
    private void awaitPortFreed() {
        LockSupport.unpark(accepting);
        try {
            accepting.join(JOIN_MILLIS_MAX);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
