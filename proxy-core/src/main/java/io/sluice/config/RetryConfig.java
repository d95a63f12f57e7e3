package io.sluice.config;

/**
 * When a failed attempt is made again. <em>Immutable.</em>
 *
 * @param attempts      further endpoints tried after a connect failure, 0 to 10; 0 also switches off the one retry of a
 *                      reused connection that died before answering
 * @param budgetPercent retries in flight may be this share of the active requests, 0 to 100
 * @param budgetMin     but so many are always allowed
 * @param replayBytes   a request body up to this size is kept while it is sent, so that it can be sent again; 0 = none is
 */
public record RetryConfig(int attempts, int budgetPercent, int budgetMin, int replayBytes) {}
