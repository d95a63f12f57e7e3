package io.sluice.cli;

import io.sluice.admin.AdminServer;
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

/**
 * A proxy and its admin address, started and ended as one. <em>Thread-safe.</em> <em>Ends</em> by {@link #drain} or
 * {@link #close}.
 */
final class RunningProxy implements ConfigFile.Target, AutoCloseable {
    private final SluiceServer server;
    private final AdminServer admin;

    private RunningProxy(SluiceServer server, AdminServer admin) {
        this.server = server;
        this.admin = admin;
    }

    /**
     * Starts both; when this returns, both accept.
     *
     * @throws IOException if one of them can't; nothing runs then, and the message is a sentence
     */
    static RunningProxy start(SluiceConfig config) throws IOException {
        SluiceServer server = SluiceServer.start(config);
        try {
            return new RunningProxy(server, config.admin().address() == null ? null : AdminServer.start(server));
        } catch (IOException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    /** Where a listener accepts. */
    InetSocketAddress address(String listener) {
        return server.address(listener);
    }

    /** Where metrics and probes are answered; null if nowhere. */
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
        return "listeners=" + listeners + " admin=" + (admin == null ? "off" : text(admin.address())) + " eventLoops="
                + config.eventLoops() + " transport=" + Build.transportName(Transport.detect());
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
        return server.drain().whenComplete((cut, failure) -> closeAdmin());
    }

    /** Ends it at once; idempotent. */
    @Override
    public void close() {
        closeAdmin();
        server.close();
    }

    private void closeAdmin() {
        if (admin != null) {
            admin.close();
        }
    }
}
