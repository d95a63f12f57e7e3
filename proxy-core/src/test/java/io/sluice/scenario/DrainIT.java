package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Shutting down: architecture.md, "Life cycle". */
@BothRelays
final class DrainIT {
    private static final String AT_ONCE = "timeouts: { drain: { accepting: 0s, exchanges: 5s } }\n";

    @RegisterExtension
    final ProxyUnderTest proxy;

    DrainIT(Relaying relaying) {
        proxy = new ProxyUnderTest(relaying);
    }

    @Test
    void finishesTheExchangesInFlightAndThenEnds() throws Exception {
        Signal answer = new Signal();
        ScriptedBackend backend = proxy.backend(connection -> {
            connection.request();
            answer.await();
            connection.send(Http.ok("to the end"));
            connection.awaitEnd();
        });
        proxy.start(AT_ONCE, backend);
        RawConnection client = proxy.client();
        client.send(Http.get("/"));
        await().until(() -> backend.connection(0).received().contains("\r\n\r\n"));

        CompletableFuture<Integer> drained = proxy.server().drain();
        await("no longer accepting").until(this::refused);
        assertThat(drained).isNotDone();
        answer.raise();
        Message last = client.response();

        assertThat(last.text()).isEqualTo("to the end");
        assertThat(last.value("Connection")).isEqualToIgnoringCase("close");
        client.awaitClose();
        client.close();
        assertThat(drained.get(5, TimeUnit.SECONDS)).isZero();
    }

    private boolean refused() {
        try (RawConnection late = proxy.connect()) {
            late.send(Http.get("/settle"));
            return late.rest().isEmpty();
        } catch (IOException e) {
            return true;
        }
    }

    @Test
    void closesIdleConnectionsSoon() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.answeringThenWaiting(Http.ok("one")));
        proxy.start(AT_ONCE, backend);
        RawConnection unused = proxy.client();
        RawConnection idle = proxy.client();
        idle.send(Http.get("/"));
        idle.response();
        proxy.awaitMetric(2, "sluice_connections");

        CompletableFuture<Integer> drained = proxy.server().drain();

        unused.awaitClose();
        idle.awaitClose();
        unused.close();
        idle.close();
        backend.connection(0).awaitEnded();
        assertThat(drained.get(5, TimeUnit.SECONDS)).isZero();
    }

    @Test
    void acceptsForAWhileWhileItSaysThatItIsNotReady() throws Exception {
        proxy.start("timeouts: { drain: { accepting: 500ms, exchanges: 5s } }\n", proxy.backend(Script.answering(Http.ok("ok"))));
        assertThat(proxy.server().notReady()).isNull();

        CompletableFuture<Integer> drained = proxy.server().drain();

        assertThat(proxy.server().notReady()).isNotBlank();
        assertThat(proxy.answerTo(Http.get("/")).text()).isEqualTo("ok");
        assertThat(drained.get(5, TimeUnit.SECONDS)).isZero();
        assertThatThrownBy(() -> proxy.connect().close()).isInstanceOf(IOException.class);
    }

    @Test
    void cutsWhatDoesNotEndInTimeAndSaysHowMuch() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.silent());
        proxy.start("timeouts: { drain: { accepting: 0s, exchanges: 300ms } }\n", backend);
        RawConnection one = proxy.client();
        RawConnection two = proxy.client();
        one.send(Http.get("/"));
        two.send(Http.get("/"));
        proxy.awaitMetric(2, "sluice_requests_active");
        long begun = System.nanoTime();

        int cut = proxy.server().drain().get(5, TimeUnit.SECONDS);

        assertThat(cut).isEqualTo(2);
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isBetween(Duration.ofMillis(295), Duration.ofSeconds(3));
        one.awaitEnd();
        two.awaitEnd();
        backend.connection(0).awaitEnded();
    }

    @Test
    void drainsOnceHoweverOftenItIsAsked() throws Exception {
        proxy.start(AT_ONCE, proxy.backend(Script.silent()));

        CompletableFuture<Integer> first = proxy.server().drain();
        CompletableFuture<Integer> second = proxy.server().drain();

        assertThat(first.get(5, TimeUnit.SECONDS)).isZero();
        assertThat(second.get(5, TimeUnit.SECONDS)).isZero();
    }

    @Test
    void closesEverythingAtOnceWhenToldTo() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.silent());
        proxy.start(backend);
        RawConnection waiting = proxy.client();
        waiting.send(Http.get("/"));
        RawConnection idle = proxy.client();
        proxy.awaitMetric(1, "sluice_requests_active");

        proxy.server().close();
        proxy.server().close();

        waiting.awaitEnd();
        idle.awaitEnd();
        backend.connection(0).awaitEnded();
        assertThatThrownBy(() -> proxy.connect().close()).isInstanceOf(IOException.class);
    }

    @Test
    void drainingAfterAStopEndsToo() throws Exception {
        proxy.start(proxy.backend(Script.silent()));

        proxy.server().close();

        assertThat(proxy.server().drain().get(5, TimeUnit.SECONDS)).isZero();
    }

    @Test
    void aStopEndsADrainThatIsWaiting() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.silent());
        proxy.start("timeouts: { drain: { accepting: 0s, exchanges: 60s } }\n", backend);
        RawConnection client = proxy.client();
        client.send(Http.get("/"));
        proxy.awaitMetric(1, "sluice_requests_active");
        CompletableFuture<Integer> drained = proxy.server().drain();

        proxy.server().close();

        assertThat(drained).succeedsWithin(Duration.ofSeconds(5));
    }
}
