package io.sluice.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.http.Method;
import io.sluice.http.ProxyError;
import io.sluice.telemetry.ExchangeRecord.Relay;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ExchangeMetersTest {
    private final Metrics metrics = new Metrics("test");
    private final ExchangeMeters meters = metrics.exchange("web", "api", "app");

    private PrometheusText scrape() {
        return new PrometheusText(metrics.scrape());
    }

    @Test
    void countsAServedRequestInEveryMeter() {
        meters.begun();
        meters.ended(Records.served());

        PrometheusText text = scrape();
        String[] where = {"listener", "web", "route", "api", "service", "app"};
        assertThat(text.value("sluice_requests_total", and(where, "method", "GET", "code", "2xx", "protocol", "HTTP/1.1")))
                .isEqualTo(1);
        assertThat(text.value("sluice_requests_active", where)).isZero();
        assertThat(text.value("sluice_request_duration_seconds_count", where)).isEqualTo(1);
        assertThat(text.value("sluice_request_duration_seconds_sum", where)).isEqualTo(0.007);
        assertThat(text.value("sluice_request_duration_seconds_bucket", and(where, "le", "0.005"))).isZero();
        assertThat(text.value("sluice_request_duration_seconds_bucket", and(where, "le", "0.01"))).isEqualTo(1);
        assertThat(text.value("sluice_backend_duration_seconds_sum", where)).isEqualTo(0.003749);
        assertThat(text.value("sluice_bytes_total", and(where, "side", "client", "direction", "in"))).isEqualTo(10);
        assertThat(text.value("sluice_bytes_total", and(where, "side", "client", "direction", "out"))).isEqualTo(1024);
        assertThat(text.value("sluice_bytes_total", and(where, "side", "backend", "direction", "out"))).isEqualTo(11);
        assertThat(text.value("sluice_bytes_total", and(where, "side", "backend", "direction", "in"))).isEqualTo(1025);
        assertThat(text.value("sluice_relays_total", and(where, "kind", "copied", "reason", "small"))).isEqualTo(1);
        assertThat(text.value("sluice_blocked_seconds_total", and(where, "side", "client"))).isEqualTo(2);
        assertThat(text.value("sluice_blocked_seconds_total", and(where, "side", "backend"))).isEqualTo(0.5);
        assertThat(text.named("sluice_errors_total")).isEmpty();
    }

    @Test
    void showsARequestAsActiveUntilItEnds() {
        meters.begun();
        meters.begun();
        assertThat(meters.active()).isEqualTo(2);

        meters.ended(Records.served());

        assertThat(meters.active()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(ProxyError.class)
    void countsAnEndingByErrorOnceAndNothingStaysActive(ProxyError error) {
        meters.begun();
        meters.ended(Records.failed(error));

        assertThat(meters.active()).isZero();
        PrometheusText text = scrape();
        assertThat(text.value("sluice_errors_total", "listener", "web", "route", "api", "service", "app", "error", error.word()))
                .isEqualTo(1);
        assertThat(text.named("sluice_requests_total")).singleElement().satisfies(sample -> assertThat(sample.labels())
                .containsEntry("code", error.status() / 100 + "xx"));
        assertThat(text.named("sluice_backend_duration_seconds_count")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "-1,none", "0,none", "99,none", "100,1xx", "101,1xx", "200,2xx", "304,3xx", "499,4xx", "599,5xx", "600,none",
        "999,none", "2147483647,none"
    })
    void putsAStatusIntoItsClassAndOddOnesIntoNone(int status, String code) {
        ExchangeRecord record = Records.begun();
        record.response(status, 1);
        record.ended(null, 1);

        meters.begun();
        meters.ended(record);

        assertThat(meters.active()).isZero();
        assertThat(scrape().named("sluice_requests_total")).singleElement().satisfies(sample -> assertThat(
                sample.labels()).containsEntry("code", code));
    }

    @ParameterizedTest
    @EnumSource(Method.class)
    void tellsMethodsAndProtocolsApart(Method method) {
        ExchangeRecord record = Records.begun();
        record.request(method, true);
        record.ended(null, 1);

        meters.begun();
        meters.ended(record);

        assertThat(scrape().named("sluice_requests_total")).singleElement().satisfies(sample -> assertThat(sample.labels())
                .containsEntry("method", method.name())
                .containsEntry("protocol", "HTTP/1.0"));
    }

    @Test
    void neverCountsBackwardsWhenAClockReadingIsOdd() {
        ExchangeRecord record = Records.begun();
        record.attempt("app", "e");
        record.connected(false, 500);
        record.response(200, 100);
        record.bytes(-1, -1);
        record.ended(null, -100);

        meters.begun();
        meters.ended(record);

        PrometheusText text = scrape();
        assertThat(text.named("sluice_request_duration_seconds_sum")).singleElement().satisfies(s -> assertThat(s.value()).isZero());
        assertThat(text.named("sluice_backend_duration_seconds_sum")).singleElement().satisfies(s -> assertThat(s.value()).isZero());
        assertThat(text.named("sluice_bytes_total")).isEmpty();
    }

    @Test
    void boundsTheReasonsOfRelays() {
        for (String reason : List.of("tls", "made up 1", "made up 2")) {
            ExchangeRecord record = Records.begun();
            record.relay(Relay.COPIED, reason);
            record.ended(null, 1);
            meters.ended(record);
        }
        ExchangeRecord spliced = Records.begun();
        spliced.relay(Relay.SPLICED, "");
        spliced.ended(null, 1);
        meters.ended(spliced);

        PrometheusText text = scrape();
        String[] where = {"listener", "web", "route", "api", "service", "app"};
        assertThat(text.named("sluice_relays_total")).hasSize(3);
        assertThat(text.value("sluice_relays_total", and(where, "kind", "copied", "reason", "tls"))).isEqualTo(1);
        assertThat(text.value("sluice_relays_total", and(where, "kind", "copied", "reason", "other"))).isEqualTo(2);
        assertThat(text.value("sluice_relays_total", and(where, "kind", "spliced", "reason", ""))).isEqualTo(1);
    }

    @Test
    void countsRetriesByReasonAndWhetherTheyWereMade() {
        meters.retried(ProxyError.CONNECT_FAILED);
        meters.retried(ProxyError.CONNECT_FAILED);
        meters.retryRefused(ProxyError.CONNECT_FAILED);

        PrometheusText text = scrape();
        String[] where = {"listener", "web", "route", "api", "service", "app", "reason", "connect_failed"};
        assertThat(text.value("sluice_retries_total", and(where, "result", "made"))).isEqualTo(2);
        assertThat(text.value("sluice_retries_total", and(where, "result", "refused"))).isEqualTo(1);
    }

    @Test
    void isExactAndNeverNegativeUnderContention() throws InterruptedException {
        int threads = 4;
        int requests = 20_000;
        ExchangeRecord record = Records.served();
        AtomicBoolean done = new AtomicBoolean();
        List<Long> seen = new ArrayList<>();
        Thread reader = Thread.ofPlatform().start(() -> {
            while (!done.get()) {
                seen.add(meters.active());
            }
        });

        List<Thread> loops = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            loops.add(Thread.ofPlatform().start(() -> {
                for (int i = 0; i < requests; i++) {
                    meters.begun();
                    meters.ended(record);
                }
            }));
        }
        for (Thread loop : loops) {
            loop.join();
        }
        done.set(true);
        reader.join();

        assertThat(meters.active()).isZero();
        assertThat(seen).allSatisfy(active -> assertThat(active).isNotNegative());
        PrometheusText text = scrape();
        assertThat(text.named("sluice_requests_total").get(0).value()).isEqualTo(threads * requests);
        assertThat(text.named("sluice_request_duration_seconds_count").get(0).value()).isEqualTo(threads * requests);
        assertThat(text.value("sluice_bytes_total",
                "listener", "web", "route", "api", "service", "app", "side", "client", "direction", "out"))
                .isEqualTo(1024.0 * threads * requests);
    }

    static String[] and(String[] labels, String... more) {
        List<String> all = new ArrayList<>(List.of(labels));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }
}
