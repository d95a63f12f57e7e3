package io.sluice.config;

/**
 * How much of a body may wait in memory on its way. All in bytes. <em>Immutable.</em>
 *
 * @param read          the first read of a head, and the least a read asks for
 * @param highWatermark the most that waits on one side; with more than a quarter of it unsent, the other side is not read
 * @param lowWatermark  with no more than a quarter of this unsent, it is read again; at most {@code highWatermark}
 */
public record BufferConfig(int read, int highWatermark, int lowWatermark) {}
