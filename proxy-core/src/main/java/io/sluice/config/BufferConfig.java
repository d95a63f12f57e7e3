package io.sluice.config;

/**
 * How much of a body may wait in memory on its way. All in bytes. <em>Immutable.</em>
 *
 * @param read          the first read of a head, and the least a read asks for
 * @param highWatermark with so much unsent on one side, the other side is no longer read
 * @param lowWatermark  with no more than this unsent, it is read again; at most {@code highWatermark}
 */
public record BufferConfig(int read, int highWatermark, int lowWatermark) {}
