package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.service.EndpointView;
import io.sluice.service.EndpointView.State;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Endpoints left out because requests to them failed, without any check. */
@BothVersions
final class EjectionIT {
    @RegisterExtension
    final ProxyUnderTest proxy;

    private final AtomicBoolean ill = new AtomicBoolean(true);

    /** Resets every connection while it is ill, and answers afterwards. */
    private final Script resetting = connection -> {
        while (true) {
            connection.request();
            if (ill.get()) {
                connection.reset();
                return;
            }
            connection.send(Http.ok("cured"));
        }
    };

    EjectionIT(Relaying relaying) {
        proxy = new ProxyUnderTest(relaying);
    }

    private void start(String ejection, ScriptedBackend... backends) throws Exception {
        proxy.start("timeouts: { responseHeaders: 100ms }\n"
                + "services: { app: { endpoints: [${endpoints}], loadBalancer: { policy: roundRobin }, outlierEjection: "
                + ejection + " } }\n", backends);
    }

    private EndpointView view(int index) {
        return proxy.server().services().getFirst().view().get(index);
    }

    /** A request that is not made again. */
    private Message order() throws Exception {
        return proxy.answerTo(Http.post("/", "order"));
    }

    @Test
    void leavesOutAnEndpointThatResetsAndTakesItBackAfterATime() throws Exception {
        ScriptedBackend resets = proxy.backend(resetting);
        ScriptedBackend well = proxy.backend(Script.answering(Http.ok("well")));
        start("{ failures: 3, time: 500ms }", resets, well);

        int failed = 0;
        for (int i = 0; i < 6; i++) {
            failed += order().status() == 502 ? 1 : 0;
        }

        assertThat(failed).isEqualTo(3);
        assertThat(view(0).state()).isEqualTo(State.EJECTED);
        assertThat(view(0).why()).isEqualTo("3 failures in a row, the last: backend_reset");
        proxy.awaitMetric(1, "sluice_ejections_total", "service=app");
        ill.set(false);
        await().until(() -> order().text().equals("cured"));
        assertThat(view(0).state()).isEqualTo(State.UP);
        proxy.awaitMetric(2, "sluice_endpoint_up");
    }

    @Test
    void ejectsOneThatDoesNotAnswerInTime() throws Exception {
        ScriptedBackend silent = proxy.backend(Script.silent());
        ScriptedBackend well = proxy.backend(Script.answering(Http.ok("well")));
        start("{ failures: 2, time: 1h, maxTime: 1h }", silent, well);

        for (int i = 0; i < 4; i++) {
            order();
        }

        assertThat(view(0).state()).isEqualTo(State.EJECTED);
        assertThat(view(0).why()).endsWith("response_head_timeout");
        assertThat(order().text()).isEqualTo("well");
        assertThat(order().text()).isEqualTo("well");
    }

    @Test
    void ejectsAtMostHalf() throws Exception {
        ScriptedBackend one = proxy.backend(resetting);
        ScriptedBackend two = proxy.backend(resetting);
        ScriptedBackend three = proxy.backend(resetting);
        start("{ failures: 1, time: 1h, maxTime: 1h }", one, two, three);

        for (int i = 0; i < 10; i++) {
            assertThat(order().status()).isEqualTo(502);
        }

        proxy.awaitMetric(1, "sluice_ejections_total");
        proxy.awaitMetric(2, "sluice_endpoint_up");
    }

    @Test
    void countsStatusesWhereAskedTo() throws Exception {
        ScriptedBackend failing = proxy.backend(
                Script.answering("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"));
        ScriptedBackend well = proxy.backend(Script.answering(Http.ok("well")));
        start("{ failures: 2, time: 1h, maxTime: 1h, statuses: [5xx] }", failing, well);

        int failed = 0;
        for (int i = 0; i < 8; i++) {
            failed += order().status() == 503 ? 1 : 0;
        }

        assertThat(failed).isEqualTo(2);
        assertThat(view(0).why()).isEqualTo("2 failures in a row, the last: status 503");
    }

    @Test
    void keepsUsingWhatFailsWhereEjectionIsOff() throws Exception {
        ScriptedBackend resets = proxy.backend(resetting);
        ScriptedBackend well = proxy.backend(Script.answering(Http.ok("well")));
        start("off", resets, well);

        int failed = 0;
        for (int i = 0; i < 20; i++) {
            failed += order().status() == 502 ? 1 : 0;
        }

        assertThat(failed).isEqualTo(10);
    }

    @Test
    void ejectsForRawTcpToo() throws Exception {
        ScriptedBackend well = proxy.backend(connection -> {
            connection.send("hello");
            connection.awaitEnd();
        });
        proxy.start("listeners: [{ name: web, address: \"127.0.0.1:0\" }, { name: raw, address: \"127.0.0.1:0\","
                + " protocol: tcp, service: app }]\n"
                + "services: { app: { endpoints: [${endpoints}], loadBalancer: { policy: roundRobin },"
                + " outlierEjection: { failures: 2, time: 1h, maxTime: 1h } } }\n", List.of(proxy.nobody(), well.address()));

        for (int i = 0; i < 4; i++) {
            try (RawConnection client = proxy.clientOf("raw")) {
                assertThat(client.read()).isEqualTo('h');
            }
        }

        assertThat(view(0).state()).isEqualTo(State.EJECTED);
        assertThat(view(1).state()).isEqualTo(State.UP);
    }
}
