package io.sluice.service;

import io.sluice.config.HealthConfig.Check;
import io.sluice.transport.Deadline;
import io.sluice.transport.DeadlineWheel;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;

/**
 * The checks of endpoints that one event loop makes, each endpoint at its own pace. <em>Loop-confined.</em> <em>Ends</em> by
 * {@link #close}: no check is made after that, and none stays on its way.
 */
public final class HealthChecks {
    private static final double JITTER = 0.1;

    private final DeadlineWheel wheel;
    private final Checker checker;
    private final DoubleSupplier random;
    private final Map<Endpoint, Watched> watched = new IdentityHashMap<>();

    /**
     * Creates it, checking nobody.
     *
     * @param random numbers from 0 to below 1, which keep checks of many proxies from falling together
     */
    public HealthChecks(DeadlineWheel wheel, Checker checker, DoubleSupplier random) {
        this.wheel = wheel;
        this.checker = checker;
        this.random = random;
    }

    /**
     * Checks these endpoints from now on, and no others. One that was checked by the same terms goes on as it was; all others
     * are checked at once.
     *
     * @param wanted with the service that each belongs to, which has a check
     */
    public void follow(Map<Endpoint, Service> wanted) {
        Map<Endpoint, Watched> before = new IdentityHashMap<>(watched);
        for (Map.Entry<Endpoint, Watched> entry : before.entrySet()) {
            Service now = wanted.get(entry.getKey());
            if (now == null || !now.config().health().check().equals(entry.getValue().terms)) {
                watched.remove(entry.getKey()).end();
            } else {
                entry.getValue().service = now;
            }
        }
        List<Watched> begun = new ArrayList<>();
        wanted.forEach((endpoint, service) -> {
            if (!watched.containsKey(endpoint)) {
                Watched one = new Watched(service, endpoint);
                watched.put(endpoint, one);
                begun.add(one);
            }
        });
        begun.forEach(Watched::begin);
    }

    /** Endpoints that are checked. */
    public int size() {
        return watched.size();
    }

    /** Ends all checks. */
    public void close() {
        follow(Map.of());
    }

    /** One endpoint: waiting for its next check, or for a verdict. */
    private final class Watched {
        private final Endpoint endpoint;
        private final Check terms;
        private final Deadline deadline = new Deadline(wheel, this::onDeadline);
        private Service service;
        private Checker.Running running;
        private boolean awaiting;
        private boolean ended;
        private long nextNanos;

        private Watched(Service service, Endpoint endpoint) {
            this.service = service;
            this.endpoint = endpoint;
            this.terms = service.config().health().check();
        }

        private void begin() {
            if (ended) {
                return;
            }
            long now = wheel.nowNanos();
            nextNanos = now + (long) (terms.interval().toNanos() * (1 - JITTER + 2 * JITTER * random.getAsDouble()));
            awaiting = true;
            deadline.at(now + terms.timeout().toNanos());
            Checker.Running begun = checker.check(service, endpoint, this::onVerdict);
            // The verdict may be known by now.
            running = awaiting ? begun : null;
        }

        private void onDeadline() {
            if (!awaiting) {
                begin();
                return;
            }
            Checker.Running late = running;
            running = null;
            late.cancel();
            onVerdict(new Verdict(
                    Verdict.Outcome.TIMED_OUT,
                    "no verdict within " + TimeUnit.NANOSECONDS.toMillis(terms.timeout().toNanos()) + " ms"));
        }

        private void onVerdict(Verdict verdict) {
            if (ended || !awaiting) {
                return;
            }
            awaiting = false;
            running = null;
            deadline.cancel();
            deadline.at(Math.max(wheel.nowNanos(), nextNanos));
            service.checked(endpoint, verdict);
        }

        private void end() {
            ended = true;
            deadline.cancel();
            if (running != null) {
                running.cancel();
                running = null;
            }
        }
    }
}
