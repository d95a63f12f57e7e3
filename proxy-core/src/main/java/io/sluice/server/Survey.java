package io.sluice.server;

import io.sluice.exchange.Worker;
import io.sluice.frontend.LoopContext;
import io.sluice.service.Endpoint;
import io.sluice.telemetry.LiveExchanges;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * What is going on at a moment, in all event loops. <em>Immutable</em>, if nobody changes {@code exchanges}.
 *
 * @param exchanges   sums, and the longest
 * @param idle        kept connections by endpoint, where there is a pool
 * @param silentLoops loops that did not tell in time, or have ended: what is theirs is missing
 */
public record Survey(LiveExchanges exchanges, Map<Endpoint, Integer> idle, int silentLoops) {
    private static final long WAIT_MILLIS_MAX = 1000;

    /** What one loop tells. <em>Immutable.</em> */
    private record Part(LiveExchanges exchanges, Map<Endpoint, Integer> idle) {}

    /** Asks every loop by a task of its own, and waits for a second at the most; not to be called on a loop. */
    static Survey of(List<LoopContext> contexts, int exchangesMax) {
        List<CompletableFuture<Part>> parts = new ArrayList<>();
        for (LoopContext context : contexts) {
            CompletableFuture<Part> part = new CompletableFuture<>();
            try {
                context.worker().loop().execute(() -> part.complete(part(context.worker(), exchangesMax)));
            } catch (RejectedExecutionException ended) {
                part.complete(null);
            }
            parts.add(part.completeOnTimeout(null, WAIT_MILLIS_MAX, TimeUnit.MILLISECONDS));
        }
        LiveExchanges exchanges = new LiveExchanges(exchangesMax);
        Map<Endpoint, Integer> idle = new IdentityHashMap<>();
        int silent = 0;
        for (CompletableFuture<Part> each : parts) {
            Part part = each.join();
            if (part == null) {
                silent++;
            } else {
                exchanges.addAll(part.exchanges());
                part.idle().forEach((endpoint, count) -> idle.merge(endpoint, count, Integer::sum));
            }
        }
        return new Survey(exchanges, idle, silent);
    }

    private static Part part(Worker worker, int exchangesMax) {
        Part part = new Part(new LiveExchanges(exchangesMax), new IdentityHashMap<>());
        worker.show(part.exchanges());
        worker.pools().idle((endpoint, count) -> part.idle().merge(endpoint, count, Integer::sum));
        return part;
    }
}
