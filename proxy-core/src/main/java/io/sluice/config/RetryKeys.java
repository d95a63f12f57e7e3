package io.sluice.config;

import static io.sluice.config.Key.section;
import static io.sluice.config.Key.value;
import static io.sluice.config.ValueType.size;
import static io.sluice.config.ValueType.whole;

import java.util.List;

/** The keys about attempts that are made again. <em>Immutable.</em> */
final class RetryKeys {
    private static final long KIB = 1L << 10;

    private RetryKeys() {}

    static List<Key> all() {
        return List.of(
                section("retry", "When a failed attempt is made again: only while the client has seen nothing of an answer."),
                value("retry.attempts", whole(0, 10), "Further endpoints tried when connecting fails. 0 switches off every"
                                + " retry, also that of a connection that died before it answered.")
                        .byDefault("2"),
                value("retry.replayBody", size(0, 1024 * KIB), "A request body up to this size is kept in memory until its"
                                + " answer begins, if the method is idempotent (PUT, DELETE), so that it can be sent again. 0:"
                                + " none is.")
                        .fills("replayBytes")
                        .byDefault("64KiB"),
                section("retry.budget", "Keeps retries of requests that a backend may have begun to work on few. Connecting"
                        + " elsewhere, and a new connection instead of a kept one that died, take nothing of it."),
                value("retry.budget.percent", whole(0, 100), "Retries in flight, as a share of the requests in flight.")
                        .fills("budgetPercent")
                        .byDefault("20"),
                value("retry.budget.min", whole(0, 10_000), "So many retries in flight are always allowed.")
                        .fills("budgetMin")
                        .byDefault("10"));
    }
}
