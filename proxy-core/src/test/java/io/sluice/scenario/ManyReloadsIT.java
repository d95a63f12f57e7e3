package io.sluice.scenario;

import static io.sluice.scenario.Tunnelled.SWITCHED;
import static io.sluice.scenario.Tunnelled.text;
import static io.sluice.scenario.Tunnelled.upgrade;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.server.ReloadResult;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A hundred reloads while clients ask without a pause and tunnels are open: nobody notices. */
@Scenario
final class ManyReloadsIT {
    private static final int RELOADS = 100;
    private static final int CLIENTS = 8;
    private static final int TUNNELS = 20;
    /** After so many the configuration is again what it was at first. */
    private static final int PERIOD = 24;

    /** Echoes what comes through a tunnel; answers everything else. */
    private static final Script BACKEND = connection -> {
        while (true) {
            Message request = connection.request();
            if (request.values("Upgrade").isEmpty()) {
                connection.send(Http.ok("app"));
            } else {
                connection.send(SWITCHED);
                while (true) {
                    connection.send(text(connection, 4));
                }
            }
        }
    };

    @RegisterExtension
    final ProxyUnderTest proxy = new ProxyUnderTest();

    /** Every second one is another route, every second another endpoint; a listener comes and goes. */
    private static String yaml(int number) {
        String second = number % 2 == 0 ? "" : "  - { name: second, address: \"127.0.0.1:0\" }\n";
        return "listeners:\n  - { name: web, address: \"127.0.0.1:0\" }\n" + second
                + "routes:\n  - { name: settle, match: { path: /settle }, respond: { status: 200, body: settled } }\n"
                + "  - { name: page-" + number / 2 % 3 + ", match: { path: /page }, respond: { status: 200, body: page } }\n"
                + "  - { name: all, service: app }\n"
                + "services: { app: { endpoints: [\"${first}\"" + (number / 4 % 2 == 0 ? ", \"${second}\"" : "") + "] } }\n"
                + "eventLoops: 2\n";
    }

    private String yaml(int number, ScriptedBackend first, ScriptedBackend second) {
        return yaml(number).replace("${first}", first.address()).replace("${second}", second.address());
    }

    private List<RawConnection> tunnels() throws IOException {
        List<RawConnection> tunnels = new ArrayList<>();
        for (int i = 0; i < TUNNELS; i++) {
            RawConnection tunnel = proxy.client();
            tunnel.send(upgrade());
            assertThat(tunnel.head().status()).isEqualTo(101);
            tunnels.add(tunnel);
        }
        return tunnels;
    }

    @Test
    void noRequestFailsAndNoTunnelIsCut() throws Exception {
        ScriptedBackend first = proxy.backend(BACKEND);
        ScriptedBackend second = proxy.backend(BACKEND);
        proxy.start(yaml(0, first, second));
        List<RawConnection> tunnels = tunnels();
        AtomicBoolean over = new AtomicBoolean();
        AtomicInteger answers = new AtomicInteger();
        List<Background> clients = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            String target = i % 2 == 0 ? "/" : "/page";
            RawConnection client = proxy.client();
            clients.add(Background.run(() -> {
                while (!over.get()) {
                    client.send(Http.get(target));
                    assertThat(client.response().status()).isEqualTo(200);
                    answers.incrementAndGet();
                }
                client.close();
            }));
        }

        double descriptors = 0;
        for (int number = 1; number <= RELOADS; number++) {
            int before = answers.get();
            ReloadResult result = proxy.reload(yaml(number, first, second));
            assertThat(result.problems()).isEmpty();
            RawConnection tunnel = tunnels.get(number % TUNNELS);
            tunnel.send("ping");
            assertThat(text(tunnel, 4)).isEqualTo("ping");
            while (answers.get() < before + CLIENTS) {
                Thread.onSpinWait();
            }
            if (number == PERIOD) {
                descriptors = proxy.metric("sluice_process_open_descriptors");
            }
        }
        // The pools hold what so many clients need at once, now and then.
        double most = descriptors + 2 * CLIENTS;
        await().untilAsserted(() ->
                assertThat(proxy.metric("sluice_process_open_descriptors")).isLessThanOrEqualTo(most));
        over.set(true);
        for (Background client : clients) {
            client.awaitEnd();
        }

        assertThat(proxy.metric("sluice_config_revision")).isEqualTo(RELOADS + 1);
        assertThat(proxy.metric("sluice_errors_total")).isZero();
        assertThat(answers).hasValueGreaterThanOrEqualTo(RELOADS * CLIENTS);
        for (RawConnection tunnel : tunnels) {
            tunnel.send("last");
            assertThat(text(tunnel, 4)).isEqualTo("last");
            tunnel.close();
        }
    }
}
