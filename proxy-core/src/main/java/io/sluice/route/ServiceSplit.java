package io.sluice.route;

import io.sluice.service.Service;

/** A choice among services by weight. <em>Thread-safe.</em> */
public final class ServiceSplit {
    private final Service only;

    /** A split with one target. */
    public ServiceSplit(Service only) {
        this.only = only;
    }

    /** Chooses a service. Allocates nothing. */
    public Service pick() {
        return only;
    }
}
