package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.service.Service;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What becomes of the connections to an endpoint that is drained, or gone. */
@BothVersions
final class DrainedEndpointIT {
    private static final String APP = "services: { app: { endpoints: [${endpoints}], loadBalancer: { policy: roundRobin }, pool: { idleTimeout: 1h }%s } }\n";

    @RegisterExtension
    final ProxyUnderTest proxy;

    DrainedEndpointIT(Relaying relaying) {
        proxy = new ProxyUnderTest(relaying);
    }

    private Service app() {
        return proxy.server().services().getFirst();
    }

    @Test
    void closesIdleConnectionsAtOnceAndThoseInUseWithTheirResponse() throws Exception {
        Signal arrived = new Signal();
        Signal answer = new Signal();
        ScriptedBackend one = proxy.backend(connection -> {
            while (true) {
                if (connection.request().startLine().contains("/slow")) {
                    arrived.raise();
                    answer.await();
                }
                connection.send(Http.ok("one"));
            }
        });
        proxy.start(APP.formatted(""), one, proxy.backend(Script.answering(Http.ok("two"))));
        app().weight(app().endpoints().get(1), 0);
        RawConnection client = proxy.client();
        client.send(Http.get("/slow"));
        arrived.await();
        assertThat(proxy.answerTo(Http.get("/")).text()).isEqualTo("one");
        proxy.awaitMetric(1, "sluice_pool_idle");
        app().configuredWeight(app().endpoints().get(1));

        app().drain(app().endpoints().get(0));

        proxy.awaitMetric(0, "sluice_pool_idle");
        one.connection(1).awaitEnded();
        answer.raise();
        assertThat(client.response().text()).isEqualTo("one");
        one.connection(0).awaitEnded();
        assertThat(proxy.answerTo(Http.get("/")).text()).isEqualTo("two");
    }

    @Test
    void keepsConnectionsForTheClientsThatADrainedEndpointStillHas() throws Exception {
        ScriptedBackend one = proxy.backend(Script.answering(Http.ok("one")));
        proxy.start(APP.formatted(", sticky: { secrets: sixteen-or-longer }"), one);
        String cookie = proxy.answerTo(Http.get("/")).value("Set-Cookie").split(";")[0];
        proxy.awaitMetric(1, "sluice_pool_idle");

        app().drain(app().endpoints().getFirst());

        one.connection(0).awaitEnded();
        for (int i = 0; i < 3; i++) {
            assertThat(proxy.answerTo(Http.get("/", "Cookie: " + cookie)).text()).isEqualTo("one");
        }
        assertThat(one.connections()).isEqualTo(2);
        assertThat(proxy.answerTo(Http.get("/")).status()).as("new clients").isEqualTo(503);
    }

    @Test
    void closesIdleConnectionsToOneThatIsTakenOutOfTheFile() throws Exception {
        ScriptedBackend one = proxy.backend(Script.answering(Http.ok("one")));
        ScriptedBackend two = proxy.backend(Script.answering(Http.ok("two")));
        proxy.start(APP.formatted(""), one, two);
        proxy.answerTo(Http.get("/"));
        proxy.answerTo(Http.get("/"));
        proxy.awaitMetric(2, "sluice_pool_idle");

        proxy.reload(APP.formatted(""), two);

        one.connection(0).awaitEnded();
        proxy.awaitMetric(1, "sluice_pool_idle");
        assertThat(two.connections()).isEqualTo(1);
    }
}
