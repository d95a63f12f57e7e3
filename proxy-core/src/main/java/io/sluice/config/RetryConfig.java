package io.sluice.config;

import java.time.Duration;
import java.util.List;

/**
 * When a failed attempt is made again. <em>Immutable.</em>
 *
 * @param attempts      further attempts after connect failures, answers and silences, 0 to 10; 0 also switches off the one
 *                      retry after a connection that died before answering
 * @param budgetPercent retries in flight may be this share of the active requests, 0 to 100
 * @param budgetMin     but so many are always allowed
 * @param replayBytes   a request body up to this size is kept while it is sent, so that it can be sent again; 0 = none is
 * @param statuses      of answers after which the request is made again; empty = none
 * @param methods       besides the idempotent ones, these are made again after such an answer, too
 * @param retryAfterMax the longest Retry-After that is waited for; zero = nobody looks at it
 */
public record RetryConfig(
        int attempts,
        int budgetPercent,
        int budgetMin,
        int replayBytes,
        List<StatusRange> statuses,
        List<String> methods,
        Duration retryAfterMax) {

    /** One that makes nothing again because of an answer. */
    public RetryConfig(int attempts, int budgetPercent, int budgetMin, int replayBytes) {
        this(attempts, budgetPercent, budgetMin, replayBytes, List.of(), List.of(), Duration.ofSeconds(5));
    }
}
