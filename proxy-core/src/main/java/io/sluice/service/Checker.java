package io.sluice.service;

import java.util.function.Consumer;

/** Asks an endpoint whether it is well, over a connection of its own. <em>Loop-confined.</em> */
@FunctionalInterface
public interface Checker {

    /**
     * Begins a check; the verdict is told once, later, or during this call. How long it may take is the caller's matter.
     *
     * @return to give up
     */
    Running check(Service service, Endpoint endpoint, Consumer<Verdict> verdict);

    /** A check on its way. */
    @FunctionalInterface
    interface Running {
        /** Gives up: nothing is told after this, and nothing stays open. Without effect once the verdict was told. */
        void cancel();
    }
}
