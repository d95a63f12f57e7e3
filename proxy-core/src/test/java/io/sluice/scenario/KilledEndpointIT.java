package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.service.EndpointView;
import io.sluice.service.EndpointView.State;
import java.io.IOException;
import java.net.BindException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Endpoints that die under load and come back: clients with idempotent requests notice nothing. */
@BothVersions
final class KilledEndpointIT {
    private static final int CLIENTS = 8;
    private static final int KILLS = 15;
    private static final Script ANSWERING = Script.answering(Http.ok("fine"));

    @RegisterExtension
    final ProxyUnderTest proxy;

    private final List<ScriptedBackend> backends = new ArrayList<>();
    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicLong answered = new AtomicLong();
    private final List<String> failures = new CopyOnWriteArrayList<>();

    KilledEndpointIT(Relaying relaying) {
        proxy = new ProxyUnderTest(relaying);
    }

    private EndpointView view(int index) {
        return proxy.server().services().getFirst().view().get(index);
    }

    private void ask() {
        try (RawConnection client = proxy.client()) {
            while (!over.get()) {
                client.send(Http.get("/"));
                Message answer = client.response();
                if (answer.status() != 200 || !answer.text().equals("fine")) {
                    failures.add(answer.status() + " " + answer.text());
                    return;
                }
                answered.incrementAndGet();
            }
        } catch (IOException | AssertionError e) {
            failures.add(e.toString());
        }
    }

    private void awaitAnswers(int more) {
        long before = answered.get();
        await("answers").until(() -> answered.get() >= before + more || !failures.isEmpty());
    }

    private void comesBack(int index) {
        // Its port may be a connection's own for a moment.
        await("the port").ignoreException(BindException.class).until(() -> {
            backends.set(index, proxy.owned(ScriptedBackend.inPlaceOf(backends.get(index), ANSWERING)));
            return true;
        });
    }

    private void killAgainAndAgain(String service) throws Exception {
        for (int i = 0; i < 3; i++) {
            backends.add(proxy.backend(ANSWERING));
        }
        proxy.start("services: { app: { endpoints: [${endpoints}], " + service + " } }\n",
                backends.toArray(ScriptedBackend[]::new));
        List<Thread> clients = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            clients.add(Thread.ofVirtual().start(this::ask));
        }

        for (int kill = 0; kill < KILLS; kill++) {
            int index = kill % 3;
            awaitAnswers(50);
            backends.get(index).close();
            awaitAnswers(50);
            await("it is out").until(() -> !view(index).state().up() || !failures.isEmpty());
            comesBack(index);
            await("it is back").until(() -> view(index).state() == State.UP || !failures.isEmpty());
        }

        over.set(true);
        for (Thread client : clients) {
            client.join();
        }
        assertThat(failures).as("what clients saw, of %s answers", answered).isEmpty();
    }

    @Test
    void areTakenOutByChecksUnnoticed() throws Exception {
        killAgainAndAgain("healthCheck: { protocol: tcp, interval: 30ms, fall: 2, rise: 2 }, outlierEjection: off");

        assertThat(proxy.metric("sluice_retries_total", "result=made")).as("they were in use").isPositive();
    }

    @Test
    void areTakenOutByEjectionUnnoticed() throws Exception {
        killAgainAndAgain("outlierEjection: { failures: 3, time: 100ms, maxTime: 300ms }");

        assertThat(proxy.metric("sluice_ejections_total")).isGreaterThanOrEqualTo(KILLS);
    }
}
