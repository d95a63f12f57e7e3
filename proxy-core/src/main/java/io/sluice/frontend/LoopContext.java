package io.sluice.frontend;

import io.sluice.exchange.Worker;
import io.sluice.http1.HeadStore;
import io.sluice.transport.LoopBuffer;

/**
 * What a connection needs of its event loop. <em>Loop-confined.</em>
 *
 * @param worker begins exchanges
 * @param store  lends heads
 * @param reads  what it reads into
 */
public record LoopContext(Worker worker, HeadStore store, LoopBuffer reads) {}
