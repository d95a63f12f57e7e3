package io.sluice.acme;

import io.sluice.pem.Identity;

/** Who issues certificates. <em>Loop-confined</em> to the thread that orders. */
interface Authority {
    /**
     * Orders a certificate for these names, with a new key; blocks until it is there.
     *
     * @throws OrderFailed if it was refused, or did not come in time
     */
    Identity order(Names names) throws OrderFailed, InterruptedException;
}
