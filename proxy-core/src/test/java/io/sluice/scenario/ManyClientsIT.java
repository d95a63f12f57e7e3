package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Many clients at once, on two event loops; nobody gets what belongs to another. */
@BothRelays
final class ManyClientsIT {
    private static final int CLIENTS = 40;

    @RegisterExtension
    final ProxyUnderTest proxy;

    ManyClientsIT(Relaying relaying) {
        proxy = new ProxyUnderTest(relaying);
    }

    @Test
    void givesEveryClientItsOwnAnswers() throws Exception {
        proxy.start("eventLoops: 2\n", proxy.backend(Script.echoing()), proxy.backend(Script.echoing()));
        List<Background> clients = new ArrayList<>();

        for (int c = 0; c < CLIENTS; c++) {
            int id = c;
            clients.add(Background.run(() -> {
                try (RawConnection client = proxy.connect()) {
                    for (int i = 0; i < 20; i++) {
                        String body = ("client " + id + " request " + i + ";").repeat(1 + (id * 37 + i * 101) % 800);
                        client.send(Http.post("/", body));
                        assertThat(client.response().text()).isEqualTo(body);
                    }
                }
            }));
        }
        for (Background client : clients) {
            client.awaitEnd();
        }

        proxy.awaitMetric(CLIENTS * 20, "sluice_requests_total", "code=2xx");
        proxy.awaitMetric(0, "sluice_errors_total");
    }

    @Test
    void servesTheOthersWhileSomeLeaveAtAnyMoment() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.echoing());
        proxy.start("eventLoops: 2\n", backend);
        List<Background> clients = new ArrayList<>();

        for (int c = 0; c < CLIENTS; c++) {
            Random random = new Random(c);
            clients.add(Background.run(() -> {
                for (int i = 0; i < 10; i++) {
                    String body = "b".repeat(random.nextInt(100_000));
                    String request = Http.post("/", body);
                    try (RawConnection client = proxy.connect()) {
                        int cut = random.nextInt(request.length());
                        switch (random.nextInt(4)) {
                            case 0 -> client.send(request.substring(0, cut));
                            case 1 -> {
                                client.send(request.substring(0, cut));
                                client.reset();
                            }
                            case 2 -> {
                                client.send(request);
                                client.read();
                                client.reset();
                            }
                            default -> {
                                client.send(request);
                                assertThat(client.response().text()).isEqualTo(body);
                            }
                        }
                    }
                }
            }));
        }
        for (Background client : clients) {
            client.awaitEnd();
        }

        assertThat(proxy.answerTo(Http.post("/", "still here")).text()).isEqualTo("still here");
    }
}
