package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.telemetry.LearnedIdle;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How long backends keep idle connections is learned, so that no POST meets a dead one; see {@link LearnedKeepAliveLongIT}. */
final class LearnedKeepAliveIT {
    private static final Duration IDLE = Duration.ofMillis(100);
    private static final String UNLEARNED =
            "services: { app: { endpoints: [${endpoints}], pool: { learnIdleTimeout: false } } }\n";

    @RegisterExtension
    final ProxyUnderTest proxy = new ProxyUnderTest();

    private int post() throws IOException {
        return proxy.answerTo(Http.post("/", IdleBackend.BODY)).status();
    }

    /** Lets a connection be idle until the backend has closed it. */
    private void outlastsOne() throws IOException {
        assertThat(post()).isEqualTo(200);
        proxy.awaitMetric(0, "sluice_pool_idle");
    }

    /** Outlasts connections until two agree: on a machine under load a close may come late. */
    private LearnedIdle learns() {
        return await().until(() -> {
            outlastsOne();
            return proxy.server().learnedIdle().stream().filter(it -> it.basis().equals("closed")).findFirst().orElse(null);
        }, learned -> learned != null);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Keep-Alive: timeout=5\r\n"})
    void learnsFromConnectionsThatTheBackendCloses(String field) throws Exception {
        try (IdleBackend backend = new IdleBackend(IdleBackend.Manner.CLOSES, IDLE, Duration.ZERO, field)) {
            proxy.start("", List.of(backend.address()));
            assertThat(proxy.server().learnedIdle()).filteredOn(it -> it.basis().equals("closed")).isEmpty();

            LearnedIdle learned = learns();

            assertThat(learned.service()).isEqualTo("app");
            assertThat(learned.endpoint()).isEqualTo(backend.address());
            assertThat(learned.backendNanos()).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(50));
            assertThat(learned.reuseNanos()).isEqualTo(learned.backendNanos() - learned.backendNanos() / 5);
            assertThat(proxy.metric("sluice_pool_learned_idle_seconds", "service=app", "endpoint=" + backend.address()))
                    .isEqualTo(learned.reuseNanos() * 1e-9);
        }
    }

    @Test
    void usesNoConnectionLongerThanLearned() throws Exception {
        try (IdleBackend backend = new IdleBackend(IdleBackend.Manner.CLOSES, IDLE, Duration.ZERO, "")) {
            proxy.start("", List.of(backend.address()));
            LearnedIdle learned = learns();
            double reused = proxy.metric("sluice_pool_reused_total");
            RawConnection client = proxy.client();
            assertThat(post()).isEqualTo(200);

            client.idle(Duration.ofNanos(learned.reuseNanos()).plusMillis(2));

            assertThat(post()).isEqualTo(200);
            assertThat(proxy.metric("sluice_pool_reused_total")).isEqualTo(reused);
            proxy.awaitMetric(0, "sluice_pool_stale_total");
        }
    }

    @Test
    void learnsFromReusesThatMetADeadConnection() throws Exception {
        try (IdleBackend backend = new IdleBackend(IdleBackend.Manner.FORGETS, IDLE, Duration.ZERO, "")) {
            proxy.start("", List.of(backend.address()));

            assertThat(failuresOf(8)).as("of eight").isBetween(2, 4);

            assertThat(proxy.server().learnedIdle()).singleElement()
                    .satisfies(learned -> assertThat(learned.basis()).isEqualTo("stale"));
        }
    }

    @Test
    void goesOnFailingWhereToldNotToLearn() throws Exception {
        try (IdleBackend backend = new IdleBackend(IdleBackend.Manner.FORGETS, IDLE, Duration.ZERO, "")) {
            proxy.start(UNLEARNED, List.of(backend.address()));

            assertThat(failuresOf(8)).as("of eight").isEqualTo(8);

            assertThat(proxy.server().learnedIdle()).isEmpty();
            proxy.awaitMetric(0, "sluice_pool_learned_idle_seconds");
        }
    }

    /** How many of so many POSTs fail that come when a connection has been idle for longer than the backend bears. */
    private int failuresOf(int posts) throws Exception {
        RawConnection waiting = proxy.client();
        int failures = 0;
        for (int i = 0; i < posts; i++) {
            assertThat(post()).as("on a fresh or young connection").isEqualTo(200);
            waiting.idle(IDLE.multipliedBy(3).dividedBy(2));
            int status = post();
            assertThat(status).isIn(200, 502);
            failures += status == 502 ? 1 : 0;
        }
        return failures;
    }
}
