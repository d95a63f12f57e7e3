package io.sluice.pool;

import io.sluice.http.ProxyError;

/** Who asks for a stream, and hears what came of it. <em>Loop-confined.</em> */
final class Caller implements StreamPool.Listener {
    Connector.Attempt attempt;
    Lease lease;
    ProxyError why;

    /** Asks this pool. */
    static Caller of(StreamPool pool) {
        Caller caller = new Caller();
        caller.attempt = pool.connect(caller);
        return caller;
    }

    @Override
    public void onLeased(Lease leased) {
        lease = leased;
    }

    @Override
    public void onNotLeased(ProxyError reason) {
        why = reason;
    }
}
