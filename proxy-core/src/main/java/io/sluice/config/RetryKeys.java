package io.sluice.config;

import static io.sluice.config.Key.list;
import static io.sluice.config.Key.section;
import static io.sluice.config.Key.value;
import static io.sluice.config.ValueType.choice;
import static io.sluice.config.ValueType.ordered;
import static io.sluice.config.ValueType.size;
import static io.sluice.config.ValueType.whole;

import java.time.Duration;
import java.util.List;

/** The keys about attempts that are made again. <em>Immutable.</em> */
final class RetryKeys {
    private static final long KIB = 1L << 10;

    private static final ValueType FAILURES = new ValueType(
            "a status or a range from 400 to 599, such as 503, 502-504 or 5xx", RetryKeys::failures,
            StatusRange.TYPE.schema());
    private static final ValueType TIME = ValueType.time(Duration.ofSeconds(1));
    private static final ValueType SHORT_TIME = new ValueType(
            "a duration such as 1s or 5s, from 1s to 60s", RetryKeys::shortTime, TIME.schema());

    private RetryKeys() {}

    /** Whatever is no failure is passed on. */
    private static Object failures(String text) {
        StatusRange range = (StatusRange) StatusRange.TYPE.parser().apply(text);
        if (range.first() < 400) {
            throw new Mismatch();
        }
        return range;
    }

    private static Object shortTime(String text) {
        Duration time = (Duration) TIME.parser().apply(text);
        if (time.toSeconds() > 60) {
            throw new Mismatch();
        }
        return time;
    }

    static List<Key> all() {
        return List.of(
                section("retry", "When a failed attempt is made again: only while the client has seen nothing of an answer."),
                value("retry.attempts", whole(0, 10), "Further endpoints tried when connecting fails, and after what retry.on"
                                + " and timeouts.attemptResponseHeaders name. 0 switches off every retry, also that of a"
                                + " connection that died before it answered.")
                        .byDefault("2"),
                value("retry.replayBody", size(0, 1024 * KIB), "A request body up to this size is kept in memory until its"
                                + " answer begins, if the method is idempotent (PUT, DELETE) or one of retry.on.methods, so"
                                + " that it can be sent again. 0: none is.")
                        .fills("replayBytes")
                        .byDefault("64KiB"),
                section("retry.on", "Answers of a backend after which the request is made again elsewhere, as one of the"
                        + " attempts and within the budget. The client gets the last one as it is."),
                list("retry.on.statuses", "The statuses of such answers.").unset("none"),
                value("retry.on.statuses[]", FAILURES, "A status or a range."),
                list("retry.on.methods", "Besides the idempotent methods, requests with these are made again after such an"
                                + " answer, too: the backends must take care that nothing is done twice.")
                        .unset("none"),
                value("retry.on.methods[]", choice(ordered("POST", "POST", "PATCH", "PATCH")), "A method."),
                value("retry.on.retryAfter", SHORT_TIME.orWord("off", Duration.ZERO), "The longest Retry-After that is waited"
                                + " for; an answer with a longer one, or with a date, is passed on. off: nobody looks at it.")
                        .fills("retryAfterMax")
                        .byDefault("5s"),
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
