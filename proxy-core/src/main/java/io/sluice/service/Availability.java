package io.sluice.service;

import io.sluice.config.HealthConfig;
import io.sluice.config.HealthConfig.Ejection;
import io.sluice.config.ServiceConfig;
import io.sluice.config.StatusRange;
import io.sluice.http.ProxyError;
import io.sluice.telemetry.HealthMeters;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who of a service's endpoints may be chosen, and with which weight: worked out anew whenever something changes, never for a
 * request. <em>Thread-safe.</em>
 *
 * <p>What is known of an endpoint is its {@link EndpointHealth}'s, which a reload keeps; here are the rules of one
 * configuration. After a reload requests in flight still report to the old availability, so every change is told to the one
 * in force, too.
 */
final class Availability {
    private static final Logger LOG = LoggerFactory.getLogger(Availability.class);
    /** While an endpoint warms up, its weight grows in so many steps. */
    private static final int WARMING_STEPS = 20;
    private static final long WARMING_STEP_MIN_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final int WEIGHT_MAX = 1000;
    /** From so many endpoints on, changes that come close together are worked out together. */
    private static final int MANY = 64;
    private static final long TOGETHER_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final ServiceConfig config;
    private final HealthConfig terms;
    private final Ejection ejection;
    private volatile Roster roster;
    private final LongSupplier nanoTime;
    private final Consumer<Usable> onChange;
    private volatile HealthMeters meters;
    private volatile Alarm alarm;
    private volatile Consumer<Endpoint> onDrained = _ -> { };

    // All below are guarded by this.
    private Usable usable;
    private boolean alarmed;
    private long alarmAtNanos;

    /**
     * Creates it; nobody is told yet.
     *
     * @param roster   who there is
     * @param onChange told of the first usable ones by {@link #rebuild}, and of every change, one at a time
     */
    Availability(ServiceConfig config, Roster roster, LongSupplier nanoTime, Consumer<Usable> onChange) {
        this.config = config;
        this.terms = config.health();
        this.ejection = terms.ejection();
        this.roster = roster;
        this.nanoTime = nanoTime;
        this.onChange = onChange;
        this.meters = new HealthMeters(config.name());
    }

    /** It comes into force: from here on its endpoints' changes are told to it, and it acts by itself when time passes. */
    void begin(HealthMeters into, Alarm later) {
        meters = into;
        alarm = later;
        enroll();
        into.endpoints(this::rows);
        rebuild();
    }

    /** Other endpoints take the place of those there were. */
    void adopt(Roster other) {
        roster = other;
        if (alarm != null) {
            enroll();
        }
        rebuild();
    }

    private void enroll() {
        long now = nanoTime.getAsLong();
        for (Endpoint endpoint : roster.endpoints()) {
            endpoint.health().owner(this);
            if (ejection == null) {
                endpoint.health().readmit(now);
            }
            if (terms.check() == null) {
                endpoint.health().unchecked(now);
            }
        }
    }

    /** Says who is told of an endpoint that an operator drains; a later call replaces an earlier one. */
    void onDrained(Consumer<Endpoint> told) {
        onDrained = told;
    }

    HealthMeters meters() {
        return meters;
    }

    // ---- what requests tell ----

    /** An endpoint answered. Allocates nothing. */
    void answered(Endpoint endpoint, int status) {
        if (ejection == null) {
            return;
        }
        if (!ejection.statuses().isEmpty() && StatusRange.anyHolds(ejection.statuses(), status)) {
            failed(endpoint, "status " + status);
        } else {
            endpoint.health().succeeded();
        }
    }

    /** An attempt at an endpoint failed; only what speaks of the endpoint's state counts. */
    void failed(Endpoint endpoint, ProxyError why) {
        if (ejection != null && speaksOfTheEndpoint(why)) {
            failed(endpoint, why.word());
        }
    }

    private static boolean speaksOfTheEndpoint(ProxyError why) {
        return switch (why) {
            case CONNECT_FAILED, CONNECT_TIMEOUT, BACKEND_CLOSED, BACKEND_RESET, RESPONSE_HEAD_TIMEOUT, ATTEMPT_TIMEOUT,
                    STREAM_RESET, BACKEND_UNRESPONSIVE, NOT_HTTP2,
                    RESPONSE_TRUNCATED, MALFORMED_RESPONSE, INVALID_RESPONSE_FRAMING -> true;
            // A kept connection that its backend has closed says nothing but that it was kept too long.
            default -> false;
        };
    }

    private void failed(Endpoint endpoint, String why) {
        int row = endpoint.health().failed();
        if (row >= ejection.failures() && eject(endpoint, row + " failures in a row, the last: " + why)) {
            meters.ejected();
            changed(endpoint);
        }
    }

    /**
     * Ejects it, if need be instead of the one that has been out longest; one at a time, so that all together keep to the
     * limit.
     */
    private synchronized boolean eject(Endpoint endpoint, String why) {
        if (!endpoint.health().usable() || !roster.has(endpoint)) {
            return false;
        }
        long now = nanoTime.getAsLong();
        int out = 0;
        int all = 0;
        for (Roster.Entry entry : roster.entries()) {
            EndpointHealth health = entry.endpoint().health();
            if (health.weight(entry.weight()) > 0) {
                all++;
                out += health.usable() ? 0 : 1;
            }
        }
        long most = (long) all * ejection.maxPercent() / 100;
        boolean allowed = out < most || out == most && readmitOne(now);
        return allowed && endpoint.health().eject(ejection, why, now);
    }

    /** Ends the ejection of the one that has been out longest, if one may return; whether there is. */
    private boolean readmitOne(long nowNanos) {
        Endpoint longest = null;
        long nanos = 0;
        for (Roster.Entry entry : roster.entries()) {
            EndpointHealth health = entry.endpoint().health();
            long out = health.weight(entry.weight()) > 0 ? health.replaceableNanos(nowNanos) : 0;
            if (out > nanos) {
                nanos = out;
                longest = entry.endpoint();
            }
        }
        if (longest == null || !longest.health().replace(nowNanos)) {
            return false;
        }
        log(longest);
        return true;
    }

    // ---- what checks and operators tell ----

    void checked(Endpoint endpoint, Verdict verdict) {
        switch (verdict.outcome()) {
            case PASSED -> meters.passed();
            case FAILED -> meters.failed();
            case TIMED_OUT -> meters.timedOut();
        }
        if (endpoint.health().checked(verdict, terms.check(), nanoTime.getAsLong())) {
            changed(endpoint);
        }
    }

    void drained(Endpoint endpoint, boolean out) {
        if (endpoint.health().drained(out, nanoTime.getAsLong())) {
            changed(endpoint);
            if (out) {
                onDrained.accept(endpoint);
            }
        }
    }

    void weight(Endpoint endpoint, int instead) {
        endpoint.health().weightInstead(instead);
        refreshAll(endpoint);
    }

    // ---- what follows ----

    private void changed(Endpoint endpoint) {
        log(endpoint);
        refreshAll(endpoint);
    }

    private void log(Endpoint endpoint) {
        EndpointView now = view(endpoint);
        if (now.state().up()) {
            LOG.info("an endpoint gets requests again service={} endpoint={} why={}", config.name(), now.address(), now.why());
        } else {
            LOG.warn("an endpoint gets no requests service={} endpoint={} state={} why={}",
                    config.name(), now.address(), now.state().word(), now.why());
        }
    }

    private void refreshAll(Endpoint endpoint) {
        refresh();
        Availability inForce = endpoint.health().owner();
        if (inForce != null && inForce != this) {
            inForce.refresh();
        }
    }

    private void refresh() {
        if (roster.entries().size() >= MANY && alarm != null) {
            wakeIn(TOGETHER_NANOS);
        } else {
            rebuild();
        }
    }

    /** Works out who may be chosen, tells it if it is different from before, and when to look again. */
    synchronized void rebuild() {
        long now = nanoTime.getAsLong();
        long wakeNanos = Long.MAX_VALUE;
        int scale = scale();
        boolean warming = false;
        List<Candidate> fit = new ArrayList<>();
        List<Candidate> undrained = new ArrayList<>();
        for (Roster.Entry entry : roster.entries()) {
            Endpoint endpoint = entry.endpoint();
            EndpointHealth health = endpoint.health();
            if (health.expire(now)) {
                log(endpoint);
            }
            wakeNanos = Math.min(wakeNanos, health.ejectedForNanos(now));
            int weight = health.weight(entry.weight());
            int share = health.usable() ? health.share(weight * scale, terms.slowStart().toNanos(), now) : 0;
            if (weight == 0) {
                continue;
            }
            if (share > 0) {
                fit.add(new Candidate(endpoint, share, entry.priority()));
                warming |= health.warming();
            }
            if (!health.drained()) {
                undrained.add(new Candidate(endpoint, weight, entry.priority()));
            }
        }
        if (warming) {
            wakeNanos = Math.min(wakeNanos, Math.max(WARMING_STEP_MIN_NANOS, terms.slowStart().toNanos() / WARMING_STEPS));
        }
        publish(fit.isEmpty() ? new Usable(undrained, !undrained.isEmpty()) : new Usable(fit, false));
        if (wakeNanos != Long.MAX_VALUE) {
            wakeIn(wakeNanos);
        }
    }

    private void publish(Usable now) {
        if (!now.equals(usable)) {
            usable = now;
            onChange.accept(now);
        }
    }

    /** By what weights are multiplied, so that a part of a small one is a whole number, too. */
    private int scale() {
        if (terms.slowStart().isZero()) {
            return 1;
        }
        int heaviest = 1;
        for (Roster.Entry entry : roster.entries()) {
            heaviest = Math.max(heaviest, entry.endpoint().health().weight(entry.weight()));
        }
        return Math.clamp(WEIGHT_MAX / heaviest, 1, WARMING_STEPS);
    }

    /** Has it rebuilt after that time at the latest; a time that is set already is kept if it is sooner. */
    private synchronized void wakeIn(long nanos) {
        long now = nanoTime.getAsLong();
        if (alarm == null || alarmed && alarmAtNanos - now <= nanos) {
            return;
        }
        alarmed = true;
        long at = now + nanos;
        alarmAtNanos = at;
        alarm.in(nanos, () -> onAlarm(at));
    }

    private void onAlarm(long atNanos) {
        synchronized (this) {
            if (alarmed && alarmAtNanos == atNanos) {
                alarmed = false;
            }
        }
        rebuild();
    }

    // ---- what can be seen ----

    /** All endpoints, in the order of the configuration. */
    List<EndpointView> view() {
        return roster.endpoints().stream().map(this::view).toList();
    }

    /** One, which may be none of them any more. */
    EndpointView view(Endpoint endpoint) {
        return endpoint.health().view(endpoint, roster.weight(endpoint));
    }

    private List<HealthMeters.Row> rows() {
        return roster.endpoints().stream().map(it -> new HealthMeters.Row(it.text(), it.health().usable())).toList();
    }
}
