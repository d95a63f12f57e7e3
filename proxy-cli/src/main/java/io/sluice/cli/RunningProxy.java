package io.sluice.cli;

import io.sluice.admin.AdminServer;
import io.sluice.admin.LogLevels;
import io.sluice.config.HostPort;
import io.sluice.config.ListenerConfig;
import io.sluice.config.SluiceConfig;
import io.sluice.server.ReloadResult;
import io.sluice.server.SluiceServer;
import io.sluice.transport.Transport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.StringJoiner;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A proxy and its admin address, started and ended as one. <em>Thread-safe.</em> <em>Ends</em> by {@link #drain} or
 * {@link #close}.
 */
final class RunningProxy implements ConfigFile.Target, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RunningProxy.class);
    private static final long ADMIN_PAUSE_NANOS = 200_000_000;

    private final SluiceServer server;
    /** Null where there is none, or not yet. */
    private volatile AdminServer admin;
    /** What the admin address reloads; nothing until it is known, or where there is no file. */
    private final AtomicReference<ConfigFile> file;
    private volatile boolean ended;

    /** A way to start one. */
    interface Opening {
        /** Starts it; when this returns, it accepts. */
        RunningProxy open(SluiceConfig config) throws IOException;
    }

    private RunningProxy(SluiceServer server, AdminServer admin, AtomicReference<ConfigFile> file) {
        this.server = server;
        this.admin = admin;
        this.file = file;
    }

    private static AdminServer admin(SluiceServer server, AtomicReference<ConfigFile> file) throws IOException {
        LogLevels levels = LoggerFactory.getILoggerFactory() instanceof LogLevels ours ? ours : null;
        return AdminServer.start(server, levels, () -> {
            ConfigFile known = file.get();
            return known == null ? null : known.reload();
        });
    }

    /**
     * Starts both; when this returns, both accept.
     *
     * @throws IOException if one of them can't; nothing runs then, and the message is a sentence
     */
    static RunningProxy start(SluiceConfig config) throws IOException {
        SluiceServer server = SluiceServer.start(config);
        try {
            AtomicReference<ConfigFile> file = new AtomicReference<>();
            AdminServer admin = config.admin().address() == null ? null : admin(server, file);
            return new RunningProxy(server, admin, file);
        } catch (IOException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    /**
     * Starts beside another process that listens at the same addresses, which is to be drained then. The admin address is
     * that one's as long as it lives: it is tried again and again.
     *
     * @throws IOException if it can't; nothing runs then, and the message is a sentence
     */
    static RunningProxy takeOver(SluiceConfig config) throws IOException {
        RunningProxy proxy = new RunningProxy(SluiceServer.takeOver(config), null, new AtomicReference<>());
        if (config.admin().address() != null) {
            Thread.ofPlatform().daemon().name("sluice-admin-takeover").start(proxy::takeOverAdmin);
        }
        return proxy;
    }

    private void takeOverAdmin() {
        boolean said = false;
        while (!ended) {
            try {
                admin = admin(server, file);
                LOG.info("Admin address taken over address={}", text(admin.address()));
                break;
            } catch (IOException e) {
                if (!said) {
                    LOG.info("Admin address is the other process's until that ends why={}", e.getMessage());
                    said = true;
                }
                LockSupport.parkNanos(ADMIN_PAUSE_NANOS);
            }
        }
        if (ended) {
            closeAdmin();
        }
    }

    /** Where a listener accepts. */
    InetSocketAddress address(String listener) {
        return server.address(listener);
    }

    /** Where metrics and probes are answered; null if nowhere (yet). */
    InetSocketAddress adminAddress() {
        return admin == null ? null : admin.address();
    }

    /** What was started, in one line. */
    String description() {
        SluiceConfig config = server.config();
        StringJoiner listeners = new StringJoiner(",");
        for (ListenerConfig listener : config.listeners()) {
            listeners.add(listener.name() + "@" + text(server.address(listener.name())));
        }
        return "listeners=" + listeners + " admin=" + adminText(config) + " eventLoops=" + config.eventLoops()
                + " transport=" + Build.transportName(Transport.detect());
    }

    /** Where the admin address is; where there is none, whether there will be. */
    private String adminText(SluiceConfig config) {
        InetSocketAddress address = adminAddress();
        if (address != null) {
            return text(address);
        }
        return config.admin().address() == null ? "off" : "later";
    }

    /** An address as one would write it. */
    static String text(InetSocketAddress address) {
        return new HostPort(address.getAddress().getHostAddress(), address.getPort()).toString();
    }

    /** Whether bodies may cross inside the kernel by now. */
    boolean splices() {
        return server.splices();
    }

    /** Exchanges in flight. */
    int active() {
        return server.active();
    }

    @Override
    public ReloadResult reload(SluiceConfig config) {
        return server.reload(config);
    }

    @Override
    public ReloadResult refuse(List<String> problems) {
        return server.refuse(problems);
    }

    /**
     * Says which file its configuration is from, for the admin address to have it read again.
     *
     * @param source taken: closed when a drain begins or all ends
     */
    void follow(ConfigFile source) {
        file.set(source);
    }

    /** Reopens the access log. */
    void reopenLogs() {
        server.reopenLogs();
    }

    /**
     * Ends it gracefully. The admin address goes on answering meanwhile, so that probes see that it is not ready.
     *
     * @return completes when all is stopped, with the number of exchanges that were cut off
     */
    CompletableFuture<Integer> drain() {
        closeFile();
        return server.drain().whenComplete((cut, failure) -> closeAdmin());
    }

    /** Ends it at once; idempotent. */
    @Override
    public void close() {
        closeFile();
        closeAdmin();
        server.close();
    }

    /** Nothing is put in force any more. */
    private void closeFile() {
        ConfigFile followed = file.get();
        if (followed != null) {
            followed.close();
        }
    }

    private void closeAdmin() {
        ended = true;
        AdminServer open = admin;
        if (open != null) {
            open.close();
        }
    }
}
