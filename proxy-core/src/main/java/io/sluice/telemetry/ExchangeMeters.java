package io.sluice.telemetry;

import io.sluice.http.Method;
import io.sluice.http.ProxyError;
import io.sluice.telemetry.ExchangeRecord.Protocol;
import java.util.List;

/**
 * The meters of one (listener, route, service): resolved once, never looked up for a request. <em>Thread-safe.</em>
 *
 * <p>{@link #begun} and {@link #ended} run for every request, so all they do is add to {@link Cells}; names and labels
 * exist at scrape only. The number of active requests is not a cell: it is begun less ended.
 */
public final class ExchangeMeters {
    /** Of {@code request_duration_seconds} and {@code backend_duration_seconds}. */
    static final Buckets DURATIONS =
            new Buckets(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10);
    /** The code classes; index 0 is an exchange that sent no status, or one outside 100 to 599. */
    static final List<String> CODES = List.of("none", "1xx", "2xx", "3xx", "4xx", "5xx");
    static final List<Protocol> PROTOCOLS = List.of(Protocol.values());
    /** Why a body was copied; the last one stands for a word not known here, so that labels stay bounded. */
    static final List<String> COPY_REASONS = List.of(
            "", "small", "tls", "chunked", "http2", "filter", "no_pipe", "disabled", "platform", "disarmed", "other");

    static final List<Method> METHODS = List.of(Method.values());
    static final List<ProxyError> ERRORS = List.of(ProxyError.values());

    // What every request touches stands together at the front: few cache lines.
    static final int BEGUN = 0;
    static final int DURATION_NANOS = 1;
    static final int BACKEND_NANOS = 2;
    static final int CLIENT_IN_BYTES = 3;
    static final int CLIENT_OUT_BYTES = 4;
    static final int BACKEND_IN_BYTES = 5;
    static final int BACKEND_OUT_BYTES = 6;
    static final int BLOCKED_ON_CLIENT_NANOS = 7;
    static final int BLOCKED_ON_BACKEND_NANOS = 8;
    static final int SPLICED = 9;
    static final int SENDFILE = 10;
    static final int SPLICED_BYTES = 11;
    static final int SENDFILE_BYTES = 12;
    static final int COPIED = 13;
    static final int DURATION_BUCKETS = COPIED + COPY_REASONS.size();
    static final int BACKEND_BUCKETS = DURATION_BUCKETS + DURATIONS.count();
    static final int REQUESTS = BACKEND_BUCKETS + DURATIONS.count();
    private static final int CELLS = REQUESTS + METHODS.size() * CODES.size() * PROTOCOLS.size();

    // Of the rare ones.
    static final int FAILED = 0;
    static final int RETRIED = ERRORS.size();
    static final int RETRY_REFUSED = 2 * ERRORS.size();

    private final String listener;
    private final String route;
    private final String service;
    private final Cells cells = Cells.striped(CELLS);
    private final Cells rare = Cells.single(3 * ERRORS.size());

    ExchangeMeters(String listener, String route, String service) {
        this.listener = listener;
        this.route = route;
        this.service = service;
    }

    /** Counts a request that begins. */
    public void begun() {
        cells.add(BEGUN, 1);
    }

    /**
     * Counts a request that ended, by its complete record: exactly once for each {@link #begun}, on the same meters,
     * however it ended.
     */
    public void ended(ExchangeRecord record) {
        long[] stripe = cells.stripe();
        Cells.add(stripe, requests(record.method(), code(record.status()), record.protocol().ordinal()), 1);
        long nanos = Math.max(0, record.waitedNanos());
        Cells.add(stripe, DURATION_BUCKETS + DURATIONS.index(nanos), 1);
        Cells.add(stripe, DURATION_NANOS, nanos);
        if (record.firstByteNanos() > 0 && record.attempts() > 0) {
            long backendNanos = Math.max(0, record.firstByteNanos() - record.queueNanos() - record.connectNanos());
            Cells.add(stripe, BACKEND_BUCKETS + DURATIONS.index(backendNanos), 1);
            Cells.add(stripe, BACKEND_NANOS, backendNanos);
        }
        addSome(stripe, CLIENT_IN_BYTES, record.bytesIn());
        addSome(stripe, CLIENT_OUT_BYTES, record.bytesOut());
        addSome(stripe, BACKEND_IN_BYTES, record.bytesFromBackend());
        addSome(stripe, BACKEND_OUT_BYTES, record.bytesToBackend());
        addSome(stripe, BLOCKED_ON_CLIENT_NANOS, record.blockedOnClientNanos());
        addSome(stripe, BLOCKED_ON_BACKEND_NANOS, record.blockedOnBackendNanos());
        switch (record.relay()) {
            case NONE -> { }
            case COPIED -> Cells.add(stripe, COPIED + copyReason(record.relayReason()), 1);
            case SPLICED -> Cells.add(stripe, SPLICED, 1);
            case SENDFILE -> {
                Cells.add(stripe, SENDFILE, 1);
                addSome(stripe, SENDFILE_BYTES, record.bytesOut());
            }
        }
        addSome(stripe, SPLICED_BYTES, record.splicedBytes());
        if (record.error() != null) {
            rare.add(FAILED + record.error().ordinal(), 1);
        }
    }

    /** Counts an attempt made again. */
    public void retried(ProxyError reason) {
        rare.add(RETRIED + reason.ordinal(), 1);
    }

    /** Counts an attempt that might have been made again by its error, but the retry budget or limit did not allow it. */
    public void retryRefused(ProxyError reason) {
        rare.add(RETRY_REFUSED + reason.ordinal(), 1);
    }

    /** Requests that have begun and not ended. */
    long active() {
        // Endings first: what ends between the two readings then counts as active, and the result is never negative.
        long ended = 0;
        for (int cell = REQUESTS; cell < CELLS; cell++) {
            ended += cells.sum(cell);
        }
        return cells.sum(BEGUN) - ended;
    }

    /** The cell of requests of this kind. */
    static int requests(Method method, int code, int protocol) {
        return REQUESTS + (method.ordinal() * CODES.size() + code) * PROTOCOLS.size() + protocol;
    }

    /** Its names. */
    Metrics.Key key() {
        return new Metrics.Key(listener, route, service);
    }

    Cells cells() {
        return cells;
    }

    Cells rare() {
        return rare;
    }

    /** The values of the labels listener, route, service, and room for {@code more} behind them. */
    String[] labels(int more) {
        String[] values = new String[3 + more];
        values[0] = listener;
        values[1] = route;
        values[2] = service;
        return values;
    }

    private static int code(int status) {
        return status >= 100 && status < 600 ? status / 100 : 0;
    }

    private static int copyReason(String reason) {
        int last = COPY_REASONS.size() - 1;
        for (int i = 0; i < last; i++) {
            if (COPY_REASONS.get(i).equals(reason)) {
                return i;
            }
        }
        return last;
    }

    private static void addSome(long[] stripe, int cell, long amount) {
        if (amount > 0) {
            Cells.add(stripe, cell, amount);
        }
    }
}
