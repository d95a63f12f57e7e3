package io.sluice.telemetry;

import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.Collection;
import java.util.function.LongSupplier;

/** The meters of a service's queue and circuit breaker. <em>Thread-safe.</em> */
public final class OverloadMeters {
    private static final int WAIT_NANOS = 0;
    private static final int WAIT_BUCKETS = 1;

    private final String service;
    private final Cells waits = Cells.single(WAIT_BUCKETS + ExchangeMeters.DURATIONS.count());
    /** Null where there is no queue. */
    private volatile LongSupplier queued;
    /** Null where there is no breaker. */
    private volatile Circuit circuit;

    /** What is asked about a breaker. */
    private record Circuit(LongSupplier state, LongSupplier openings) {}

    OverloadMeters(String service) {
        this.service = service;
    }

    /** Says where the length of the queue comes from; a later call replaces an earlier one. */
    public void queue(LongSupplier length) {
        queued = length;
    }

    /**
     * Says where the breaker's state, 0 closed, 1 open, 2 half-open, and the number of its openings come from; a later call
     * replaces an earlier one.
     */
    public void circuit(LongSupplier state, LongSupplier openings) {
        circuit = new Circuit(state, openings);
    }

    /** There is no queue any more. */
    public void withoutQueue() {
        queued = null;
    }

    /** There is no breaker any more. */
    public void withoutCircuit() {
        circuit = null;
    }

    /** Whether nobody waits. */
    boolean quiet() {
        LongSupplier length = queued;
        return length == null || length.getAsLong() == 0;
    }

    /** Counts a request that no longer waits, whatever came of it. */
    public void waited(long nanos) {
        waits.add(WAIT_NANOS, nanos);
        waits.add(WAIT_BUCKETS + ExchangeMeters.DURATIONS.index(nanos), 1);
    }

    /** Hands over the rows of all services. */
    static void into(Collection<OverloadMeters> services, MetricSnapshots.Builder snapshots) {
        Family length = Family.gauge("queue_length", "Requests that wait for a place at a service.", "service");
        Family time = Family.histogram("queue_seconds", "How long requests waited in the queue.", "service");
        Family state = Family.gauge("circuit_state", "Circuit breakers: 0 closed, 1 open, 2 half-open.", "service");
        Family openings = Family.counter("circuit_opened", "How often a circuit breaker opened.", "service");
        for (OverloadMeters each : services) {
            LongSupplier queued = each.queued;
            if (queued != null) {
                length.row(queued.getAsLong(), each.service);
                time.row(ExchangeMeters.DURATIONS.counts(each.waits, WAIT_BUCKETS), each.waits.sum(WAIT_NANOS) * 1e-9,
                        each.service);
            }
            Circuit circuit = each.circuit;
            if (circuit != null) {
                state.row(circuit.state().getAsLong(), each.service);
                openings.row(circuit.openings().getAsLong(), each.service);
            }
        }
        length.into(snapshots);
        time.into(snapshots);
        state.into(snapshots);
        openings.into(snapshots);
    }
}
