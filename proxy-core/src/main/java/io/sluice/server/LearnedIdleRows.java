package io.sluice.server;

import io.sluice.service.Endpoint;
import io.sluice.service.IdleTime;
import io.sluice.service.Service;
import io.sluice.telemetry.LearnedIdle;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What is learned of endpoints' idle connections, as metrics show it. <em>Immutable.</em> */
final class LearnedIdleRows {
    private LearnedIdleRows() {}

    /** How long idle connections are reused, of each endpoint for which that is learned and which is to be learned of. */
    static List<LearnedIdle> of(List<Service> services) {
        long now = System.nanoTime();
        List<LearnedIdle> learned = new ArrayList<>();
        for (Service service : services) {
            if (!service.config().pool().learnIdleTimeout()) {
                continue;
            }
            for (Endpoint endpoint : service.endpoints()) {
                IdleTime.View view = endpoint.idleTime().view(now);
                if (view.basis() != IdleTime.Basis.NOTHING) {
                    learned.add(new LearnedIdle(service.name(), endpoint.text(), view.limitNanos(), view.backendNanos(),
                            view.basis().name().toLowerCase(Locale.ROOT)));
                }
            }
        }
        return learned;
    }
}
