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
    private boolean draining;

    /** Creates it; nothing ends yet. */
    Shutdown(RunningProxy proxy) {
        this.proxy = proxy;
    }

    /** Takes SIGTERM and SIGINT from now on. */
    void listen(Consumer<String> tell) {
        Signals.handle("TERM", () -> signal(() -> LOG.info("Draining signal=SIGTERM")));
        Signals.handle("INT", () -> signal(() -> tell.accept("draining; Ctrl-C again stops at once")));
    }

    /**
     * What a signal does.
     *
     * @param announce run if this one starts the drain
     */
    void signal(Runnable announce) {
        if (first()) {
            announce.run();
            proxy.drain().whenComplete((cut, failure) -> finish(cut, failure));
        } else {
            // Closing waits for the event loops; meanwhile the thread that signals come on stays free.
            Thread.ofPlatform().name("sluice-stop").start(this::stopAtOnce);
        }
    }

    private synchronized boolean first() {
        boolean first = !draining;
        draining = true;
        return first;
    }

    private void finish(Integer cut, Throwable failure) {
        if (failure == null) {
            LOG.info("Stopped after a drain exchangesCut={}", cut);
        } else {
            LOG.error("The drain failed", failure);
        }
        ended.complete(null);
    }

    private void stopAtOnce() {
        proxy.close();
        if (ended.complete(null)) {
            LOG.info("Stopped at once by a second signal");
        }
    }

    /** Waits for the end. */
    void await() {
        ended.join();
    }
}
