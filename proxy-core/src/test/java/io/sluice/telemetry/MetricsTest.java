package io.sluice.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.http.ProxyError;
import io.sluice.telemetry.PrometheusText.Sample;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Collectors;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class MetricsTest {
    private final Metrics metrics = new Metrics("1.2.3");

    private PrometheusText scrape() {
        return new PrometheusText(metrics.scrape());
    }

    @Test
    void givesTheSameMetersForTheSameNames() {
        assertThat(metrics.exchange("a", "b", "c")).isSameAs(metrics.exchange("a", "b", "c"));
        assertThat(metrics.exchange("a", "b", "c")).isNotSameAs(metrics.exchange("a", "c", "b"));
        assertThat(metrics.listener("a")).isSameAs(metrics.listener("a"));
        assertThat(metrics.pool("a")).isSameAs(metrics.pool("a"));
    }

    @Test
    void listsNoRowOfWhatNeverHappened() {
        metrics.exchange("web", "api", "app");

        PrometheusText text = scrape();

        assertThat(text.samples()).noneMatch(sample -> sample.labels().containsKey("route"));
    }

    @Test
    void keepsTheRulesOfTheTextFormatWhateverNamesAreConfigured() {
        String odd = "a\"b\\c\nd}é,le=\"1\" 1";
        metrics.exchange(odd, odd, odd).begun();
        metrics.exchange(odd, odd, odd).ended(Records.served());
        metrics.listener(odd).opened();
        metrics.pool(odd).created();

        PrometheusText text = scrape();

        assertThat(text.value("sluice_requests_active", "listener", odd, "route", odd, "service", odd)).isZero();
        assertThat(text.value("sluice_connections", "listener", odd)).isEqualTo(1);
    }

    @Test
    void showsHistogramsAsSuchWithRisingBucketsThatEndAtTheCount() {
        ExchangeMeters meters = metrics.exchange("web", "api", "app");
        for (long nanos : new long[] {1, 700_000, 3_000_000, 60_000_000_000L}) {
            ExchangeRecord record = Records.begun();
            record.ended(null, nanos);
            meters.ended(record);
        }

        PrometheusText text = scrape();

        assertThat(text.type("sluice_request_duration_seconds")).isEqualTo("histogram");
        List<Sample> buckets = text.named("sluice_request_duration_seconds_bucket");
        assertThat(buckets).hasSize(14);
        assertThat(buckets).extracting(Sample::value).isSorted();
        assertThat(buckets.get(0).labels()).containsEntry("le", "5.0E-4");
        assertThat(buckets.get(12).value()).isEqualTo(3);
        assertThat(buckets.get(13).labels()).containsEntry("le", "+Inf");
        assertThat(buckets.get(13).value()).isEqualTo(4);
        assertThat(text.named("sluice_request_duration_seconds_count").get(0).value()).isEqualTo(4);
    }

    @Test
    void countsConnectionsOfAListener() {
        ListenerMeters listener = metrics.listener("web");
        listener.opened();
        listener.opened();
        listener.closed();
        listener.rejected(ProxyError.MALFORMED_FIELD);
        listener.secured("TLSv1.3");
        listener.secured("TLSv1.3");
        listener.secured("TLSv1");
        listener.secured("NONE");

        PrometheusText text = scrape();

        assertThat(text.value("sluice_connections", "listener", "web")).isEqualTo(1);
        assertThat(text.type("sluice_connections")).isEqualTo("gauge");
        assertThat(text.value("sluice_connections_accepted_total", "listener", "web")).isEqualTo(2);
        assertThat(text.type("sluice_connections_accepted_total")).isEqualTo("counter");
        assertThat(text.value("sluice_rejected_total", "listener", "web", "reason", "malformed_field")).isEqualTo(1);
        assertThat(text.named("sluice_rejected_total")).hasSize(1);
        assertThat(text.value("sluice_tls_handshakes_total", "listener", "web", "version", "TLSv1.3")).isEqualTo(2);
        assertThat(text.value("sluice_tls_handshakes_total", "listener", "web", "version", "TLSv1")).isEqualTo(1);
        assertThat(text.named("sluice_tls_handshakes_total")).hasSize(2);
    }

    @Test
    void countsConnectionsOfAPool() {
        PoolMeters pool = metrics.pool("app");
        pool.created();
        pool.active(1);
        pool.active(-1);
        pool.idle(1);
        pool.reused();
        pool.stale();

        PrometheusText text = scrape();

        assertThat(text.value("sluice_pool_created_total", "service", "app")).isEqualTo(1);
        assertThat(text.value("sluice_pool_reused_total", "service", "app")).isEqualTo(1);
        assertThat(text.value("sluice_pool_stale_total", "service", "app")).isEqualTo(1);
        assertThat(text.value("sluice_pool_active", "service", "app")).isZero();
        assertThat(text.value("sluice_pool_idle", "service", "app")).isEqualTo(1);
    }

    @Test
    void tellsHowLongIdleConnectionsAreReusedWhereThatIsLearned() {
        assertThat(scrape().named("sluice_pool_learned_idle_seconds")).isEmpty();

        metrics.learnedIdle(() -> List.of(
                new LearnedIdle("app", "10.0.0.5:80", 800_000_000, 1_000_000_000, "closed"),
                new LearnedIdle("app", "10.0.0.6:80", 4_000_000_000L, 5_000_000_000L, "said")));

        PrometheusText text = scrape();
        assertThat(text.value("sluice_pool_learned_idle_seconds", "service", "app", "endpoint", "10.0.0.5:80")).isEqualTo(0.8);
        assertThat(text.value("sluice_pool_learned_idle_seconds", "service", "app", "endpoint", "10.0.0.6:80")).isEqualTo(4);
        assertThat(text.type("sluice_pool_learned_idle_seconds")).isEqualTo("gauge");
    }

    @Test
    void takesNoLabelFromWhatAClientSays() {
        ExchangeMeters meters = metrics.exchange("web", "api", "app");
        for (int i = 0; i < 50; i++) {
            ExchangeRecord record = Records.worded("METHOD" + i, "host" + i, "/path" + i);
            meters.begun();
            meters.ended(record);
        }

        Set<String> values = scrape().samples().stream()
                .filter(sample -> sample.name().startsWith("sluice_"))
                .flatMap(sample -> sample.labels().values().stream())
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(values).noneMatch(value -> value.matches("(?i).*(method|host|path)\\d.*"));
    }

    @Test
    void usesOnlyTheLabelsOfTheDesign() {
        ExchangeMeters meters = metrics.exchange("web", "api", "app");
        meters.begun();
        meters.ended(Records.served());
        meters.retried(ProxyError.CONNECT_FAILED);
        metrics.listener("web").rejected(ProxyError.OVERLOADED);
        metrics.pool("app").created();
        metrics.log().written(1);

        Set<String> names = scrape().samples().stream()
                .filter(sample -> sample.name().startsWith("sluice_"))
                .flatMap(sample -> sample.labels().keySet().stream())
                .collect(Collectors.toSet());

        assertThat(names).isSubsetOf(
                "listener", "route", "service", "method", "code", "protocol", "side", "direction", "kind", "reason",
                "error", "result", "le", "version", "mode", "collector", "loop");
    }

    @Test
    void asksForBufferedBytesAtScrapeAndListsThemOnlyIfKnown() {
        assertThat(scrape().named("sluice_buffered_bytes")).isEmpty();

        metrics.bufferedBytes(() -> 4096);

        assertThat(scrape().value("sluice_buffered_bytes")).isEqualTo(4096);
    }

    @Test
    void tellsTheLogsLinesOnceThereIsALog() {
        assertThat(scrape().named("sluice_access_log_dropped_total")).isEmpty();

        metrics.log().queueFull();

        PrometheusText text = scrape();
        assertThat(text.value("sluice_access_log_dropped_total", "reason", "queue_full")).isEqualTo(1);
        assertThat(text.value("sluice_access_log_dropped_total", "reason", "write_failed")).isZero();
        assertThat(text.value("sluice_access_log_lines_total")).isZero();
    }

    @Test
    void tellsTheBuildAndTheJvm() {
        PrometheusText text = scrape();

        assertThat(text.value("sluice_build_info", "version", "1.2.3")).isEqualTo(1);
        assertThat(text.named("jvm_memory_used_bytes")).isNotEmpty();
        assertThat(text.named("jvm_threads_live_threads")).isNotEmpty();
        assertThat(new PrometheusText(new Metrics().scrape()).named("sluice_build_info")).hasSize(1);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void tellsPlausibleFactsAboutTheProcessOnLinux() {
        System.gc();

        PrometheusText text = scrape();

        double megabyte = 1 << 20;
        double cpuSeconds = text.value("sluice_process_cpu_seconds_total", "mode", "user");
        double ageSeconds = System.currentTimeMillis() / 1e3 - text.value("sluice_process_start_time_seconds");
        assertThat(ageSeconds).isBetween(0.0, 24 * 3600.0);
        assertThat(cpuSeconds).isBetween(0.01, (ageSeconds + 1) * Runtime.getRuntime().availableProcessors());
        assertThat(text.value("sluice_process_cpu_seconds_total", "mode", "system")).isBetween(0.0, cpuSeconds + 60);
        assertThat(text.value("sluice_process_resident_memory_bytes")).isBetween(10 * megabyte, 16 * 1024 * megabyte);
        assertThat(text.value("sluice_process_context_switches_total", "kind", "voluntary")).isPositive();
        assertThat(text.value("sluice_process_context_switches_total", "kind", "involuntary")).isNotNegative();
        double open = text.value("sluice_process_open_descriptors");
        assertThat(open).isBetween(3.0, text.value("sluice_process_max_descriptors"));
        assertThat(text.value("sluice_heap_after_gc_bytes")).isPositive();
        assertThat(text.named("sluice_gc_seconds_total")).isNotEmpty();
    }

    @Test
    void leavesOutWhatTheSystemDoesNotTell(@TempDir Path empty) {
        PrometheusText text = new PrometheusText(new Metrics("x", empty).scrape());

        assertThat(text.samples()).noneMatch(sample -> sample.name().matches(
                "sluice_process_(cpu|context|resident).*"));
        assertThat(text.named("sluice_process_start_time_seconds")).hasSize(1);
    }

    @Test
    void measuresTheLagOfALoopUntilClosed() {
        try (ScheduledExecutorService loop = Executors.newSingleThreadScheduledExecutor()) {
            metrics.watch("loop-1", loop);

            await().untilAsserted(() -> assertThat(
                            scrape().named("sluice_event_loop_lag_seconds_count"))
                    .singleElement()
                    .satisfies(sample -> {
                        assertThat(sample.labels()).isEqualTo(Map.of("loop", "loop-1"));
                        assertThat(sample.value()).isPositive();
                    }));

            // With the task cancelled nothing is left that keeps this executor from ending.
            metrics.close();
            metrics.close();
            assertThat(loop.shutdownNow()).allSatisfy(task -> assertThat(task)
                    .isInstanceOfSatisfying(java.util.concurrent.Future.class, left -> assertThat(left.isCancelled()).isTrue()));
        }
    }

    @Test
    void refusesToWatchALoopThatEnded() {
        ScheduledExecutorService loop = Executors.newSingleThreadScheduledExecutor();
        loop.shutdownNow();

        Assertions.assertThatThrownBy(() -> metrics.watch("gone", loop)).isInstanceOf(RejectedExecutionException.class);

        assertThat(scrape().named("sluice_event_loop_lag_seconds_count")).isEmpty();
    }

    @Test
    void notesHowLateALoopRan() {
        try (ScheduledExecutorService loop = Executors.newSingleThreadScheduledExecutor()) {
            LoopWatch watch = new LoopWatch("loop-1", loop);
            watch.cancel();
            long before = watch.cells().sum(LoopWatch.LAG_NANOS);

            watch.late(-5);
            watch.late(300_000_000);

            assertThat(watch.cells().sum(LoopWatch.LAG_NANOS) - before).isEqualTo(300_000_000);
            assertThat(watch.cells().sum(LoopWatch.LAGS.index(300_000_000))).isEqualTo(1);
        }
    }
}
