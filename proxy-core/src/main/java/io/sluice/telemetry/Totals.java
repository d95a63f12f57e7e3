package io.sluice.telemetry;

import io.sluice.http.ProxyError;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What was counted since the start, summed over listeners, routes and services: what a person looks at, while Prometheus
 * takes the rows. <em>Immutable.</em>
 *
 * @param requests              ended
 * @param active                begun and not ended
 * @param codes                 those ended by class of status: none, 1xx, … 5xx
 * @param errors                failed exchanges by the error's word
 * @param retries               attempts made again
 * @param durations             requests by how long they took, a count for each of {@link #durationBounds()} and one beyond
 * @param bytesIn               body bytes from clients, of exchanges that have ended
 * @param bytesOut              body bytes to clients, of exchanges that have ended
 * @param zeroCopyBytes         those of both that crossed inside the kernel
 * @param blockedOnClientNanos  time that bytes waited for a client
 * @param blockedOnBackendNanos time that bytes waited for a backend
 * @param connections           client connections open
 * @param pools                 by service
 */
public record Totals(
        long requests,
        long active,
        List<Long> codes,
        Map<String, Long> errors,
        long retries,
        List<Long> durations,
        long bytesIn,
        long bytesOut,
        long zeroCopyBytes,
        long blockedOnClientNanos,
        long blockedOnBackendNanos,
        long connections,
        List<Pool> pools) {

    /**
     * The connections to one service. <em>Immutable.</em>
     *
     * @param active  carry a request
     * @param idle    are kept
     * @param created were opened
     * @param reused  requests that got a kept one
     * @param stale   kept ones that were dead when used
     */
    public record Pool(String service, long active, long idle, long created, long reused, long stale) {}

    /** The upper bounds of {@link #durations}, in seconds. */
    public static List<Double> durationBounds() {
        return ExchangeMeters.DURATIONS.bounds();
    }

    /** Sums everything up. */
    static Totals of(Iterable<ExchangeMeters> exchanges, Iterable<ListenerMeters> listeners, Iterable<PoolMeters> pools) {
        long[] sums = new long[ExchangeMeters.REQUESTS];
        long[] codes = new long[ExchangeMeters.CODES.size()];
        Map<String, Long> errors = new TreeMap<>();
        long retries = 0;
        long active = 0;
        for (ExchangeMeters meters : exchanges) {
            active += meters.active();
            for (int cell = 0; cell < sums.length; cell++) {
                sums[cell] += meters.cells().sum(cell);
            }
            addCodes(meters, codes);
            for (ProxyError error : ExchangeMeters.ERRORS) {
                long failed = meters.rare().sum(ExchangeMeters.FAILED + error.ordinal());
                if (failed != 0) {
                    errors.merge(error.word(), failed, Long::sum);
                }
                retries += meters.rare().sum(ExchangeMeters.RETRIED + error.ordinal());
            }
        }
        long connections = 0;
        for (ListenerMeters meters : listeners) {
            connections += meters.open();
        }
        List<Pool> poolTotals = new ArrayList<>();
        pools.forEach(meters -> poolTotals.add(pool(meters)));
        int first = ExchangeMeters.DURATION_BUCKETS;
        List<Long> durations = boxed(Arrays.copyOfRange(sums, first, first + ExchangeMeters.DURATIONS.count()));
        return new Totals(
                Arrays.stream(codes).sum(), active, boxed(codes), errors, retries, durations,
                sums[ExchangeMeters.CLIENT_IN_BYTES], sums[ExchangeMeters.CLIENT_OUT_BYTES],
                sums[ExchangeMeters.SPLICED_BYTES] + sums[ExchangeMeters.SENDFILE_BYTES],
                sums[ExchangeMeters.BLOCKED_ON_CLIENT_NANOS], sums[ExchangeMeters.BLOCKED_ON_BACKEND_NANOS],
                connections, List.copyOf(poolTotals));
    }

    private static void addCodes(ExchangeMeters meters, long[] codes) {
        for (var method : ExchangeMeters.METHODS) {
            for (int code = 0; code < codes.length; code++) {
                for (int protocol = 0; protocol < ExchangeMeters.PROTOCOLS.size(); protocol++) {
                    codes[code] += meters.cells().sum(ExchangeMeters.requests(method, code, protocol));
                }
            }
        }
    }

    private static Pool pool(PoolMeters meters) {
        Cells cells = meters.cells();
        return new Pool(
                meters.service(), cells.sum(PoolMeters.ACTIVE), cells.sum(PoolMeters.IDLE), cells.sum(PoolMeters.CREATED),
                cells.sum(PoolMeters.REUSED), cells.sum(PoolMeters.STALE));
    }

    private static List<Long> boxed(long[] values) {
        return Arrays.stream(values).boxed().toList();
    }
}
