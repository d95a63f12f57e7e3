package io.sluice.acme;

/** Who issues certificates. <em>Loop-confined</em> to the thread that orders. */
interface Authority {
    /**
     * Orders a certificate for these names, with a new key; blocks until it is there.
     *
     * @throws OrderFailed if it was refused, or did not come in time
     */
    Bundle order(Names names) throws OrderFailed, InterruptedException;
}
