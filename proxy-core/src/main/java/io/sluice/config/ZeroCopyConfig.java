package io.sluice.config;

/**
 * When bodies cross inside the kernel. <em>Immutable.</em>
 *
 * @param enabled   false = all are copied
 * @param threshold bytes that must follow for it to be worth while
 * @param pipeSize  bytes that a pipe is asked to hold; the same for the whole process
 */
public record ZeroCopyConfig(boolean enabled, int threshold, int pipeSize) {}
