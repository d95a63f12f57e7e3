package io.sluice.exchange;

import io.sluice.http.ProxyError;
import io.sluice.service.CircuitBreaker;
import io.sluice.service.Endpoint;
import io.sluice.service.RequestLimit;
import io.sluice.service.Service;
import io.sluice.telemetry.OverloadMeters;
import io.sluice.transport.Deadline;
import java.util.concurrent.Executor;

/**
 * The way of an exchange past its service's breaker and limits, and its wait for a place. <em>Loop-confined.</em>
 * <em>Ownership</em>: a place that was given to it, until the exchange has it. <em>Ends</em>: a place, the deadline, or
 * {@link #leave}.
 */
final class Queued implements RequestLimit.Waiter {
    private final Exchange exchange;
    private final Worker worker;
    private final Service service;
    private final OverloadMeters meters;
    private final Endpoint avoided;
    private final long key;
    private final Endpoint wanted;
    private final Deadline deadline;
    private final long sinceNanos;
    private boolean over;

    private Queued(Exchange exchange, Worker worker, OverloadMeters meters, Endpoint avoided, long key, Endpoint wanted) {
        this.exchange = exchange;
        this.worker = worker;
        this.service = exchange.service;
        this.meters = meters;
        this.avoided = avoided;
        this.key = key;
        this.wanted = wanted;
        this.deadline = new Deadline(worker.wheel(), () -> exchange.fail(ProxyError.QUEUE_TIMEOUT));
        this.sinceNanos = worker.wheel().nowNanos();
    }

    /** Finds the exchange an endpoint, lets it wait for one, or fails it: each perhaps during this call. */
    static void enter(Exchange exchange, Worker worker, OverloadMeters meters, Endpoint avoided) {
        Service service = exchange.service;
        if (service.breaker() != null && service.breaker().refuses(worker.wheel().nowNanos())) {
            exchange.fail(ProxyError.CIRCUIT_OPEN);
            return;
        }
        long key = service.key(exchange.head, exchange.client.peer().remote().getAddress());
        Endpoint wanted = service.sticky() == null ? null : wanted(exchange);
        Endpoint endpoint = service.enter(avoided, key, wanted);
        if (endpoint != null) {
            attempt(exchange, worker, endpoint, avoided != null);
        } else if (service.limit() == null || service.pick(avoided, key, wanted) == null) {
            exchange.fail(service.nobody());
        } else {
            begin(new Queued(exchange, worker, meters, avoided, key, wanted));
        }
    }

    /** The endpoint that its client has already. */
    private static Endpoint wanted(Exchange exchange) {
        if (exchange.session == null) {
            exchange.session = exchange.service.sticky().session(exchange.head);
        }
        return exchange.session.wanted();
    }

    private static void begin(Queued queued) {
        Exchange exchange = queued.exchange;
        RequestLimit limit = queued.service.limit();
        if (limit.await(queued)) {
            exchange.queued = queued;
            exchange.deadlines().queued();
            queued.deadline.at(queued.sinceNanos + limit.queueNanos());
        } else {
            exchange.fail(ProxyError.QUEUE_FULL);
        }
    }

    /** There is a place; now the breaker has the last word: it may have opened during the wait. */
    private static void attempt(Exchange exchange, Worker worker, Endpoint endpoint, boolean fresh) {
        CircuitBreaker breaker = exchange.service.breaker();
        int pass = breaker == null ? CircuitBreaker.REFUSED : breaker.pass(worker.wheel().nowNanos());
        if (breaker != null && pass == CircuitBreaker.REFUSED) {
            exchange.service.left(endpoint);
            exchange.fail(ProxyError.CIRCUIT_OPEN);
        } else {
            exchange.attempt(endpoint, pass, fresh);
        }
    }

    @Override
    public Executor loop() {
        return worker.loop();
    }

    @Override
    public Endpoint avoided() {
        return avoided;
    }

    @Override
    public long key() {
        return key;
    }

    @Override
    public Endpoint wanted() {
        return wanted;
    }

    @Override
    public void onPlace(Endpoint endpoint) {
        if (over) {
            service.left(endpoint);
            return;
        }
        end();
        attempt(exchange, worker, endpoint, avoided != null);
    }

    /** Waits no longer; idempotent. */
    void leave() {
        if (!over) {
            end();
            service.limit().forget(this);
        }
    }

    private void end() {
        over = true;
        deadline.cancel();
        long nanos = worker.wheel().nowNanos() - sinceNanos;
        meters.waited(nanos);
        exchange.record.queued(exchange.record.queueNanos() + nanos);
    }
}
