package io.sluice.cli;

import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a running proxy ends: a first signal drains it, a second one of any kind stops it at once. <em>Thread-safe.</em>
 * Ends when the proxy has.
 */
final class Shutdown {
    private static final Logger LOG = LoggerFactory.getLogger(Shutdown.class);

    private final RunningProxy proxy;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private State state = State.RUNNING;

    private enum State {
        RUNNING,
        DRAINING,
        STOPPING
    }

    /** Creates it; nothing ends yet. */
    Shutdown(RunningProxy proxy) {
        this.proxy = proxy;
    }

    /**
     * Takes SIGTERM and SIGINT from now on.
     *
     * @param tell told what who pressed Ctrl-C should know
     */
    void listen(Consumer<String> tell) {
        Signals.handle("TERM", () -> signal(() -> LOG.info("Draining signal=SIGTERM")));
        Signals.handle("INT", () -> signal(() -> tell.accept("draining; Ctrl-C again stops at once")));
    }

    /**
     * What a signal does: the first one drains, the second stops, further ones change nothing.
     *
     * @param announce run if this one starts the drain
     */
    void signal(Runnable announce) {
        switch (advance()) {
            case RUNNING -> {
                announce.run();
                proxy.drain().whenComplete(this::drained);
            }
            // Closing waits for the event loops; meanwhile the thread that signals come on stays free.
            case DRAINING -> Thread.ofPlatform().name("sluice-stop").start(this::stopAtOnce);
            case STOPPING -> LOG.info("Already stopping");
        }
    }

    /** Goes one step further, and says which state it left. */
    private synchronized State advance() {
        State left = state;
        state = left == State.RUNNING ? State.DRAINING : State.STOPPING;
        return left;
    }

    private synchronized boolean stopping() {
        return state == State.STOPPING;
    }

    private void drained(Integer cut, Throwable failure) {
        if (stopping()) {
            // The drain ended because all was stopped; who did that tells.
            return;
        }
        if (failure == null) {
            LOG.info("Stopped after a drain exchangesCut={}", cut);
        } else {
            LOG.error("The drain failed", failure);
        }
        ended.complete(null);
    }

    private void stopAtOnce() {
        int cut = proxy.active();
        proxy.close();
        LOG.info("Stopped at once by a second signal exchangesCut={}", cut);
        ended.complete(null);
    }

    /** Waits for the end. */
    void await() {
        ended.join();
    }
}
