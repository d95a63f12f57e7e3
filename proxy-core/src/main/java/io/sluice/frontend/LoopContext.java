package io.sluice.frontend;

import io.sluice.exchange.Worker;
import io.sluice.http1.HeadStore;

/**
 * What a connection needs of its event loop. <em>Loop-confined.</em>
 *
 * @param worker begins exchanges
 * @param store  lends heads
 */
public record LoopContext(Worker worker, HeadStore store) {}
