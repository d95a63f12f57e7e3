package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Which endpoint a request goes to, as far as the request, or a failure, decides it. */
@BothVersions
final class BalancingIT {
    @RegisterExtension
    final ProxyUnderTest proxy;

    BalancingIT(Relaying relaying) {
        proxy = new ProxyUnderTest(relaying);
    }

    @Test
    void sendsAHeadersValueToOneEndpointAndManyToAll() throws Exception {
        startWith("loadBalancer: { policy: hash, key: { header: X-User } }");

        Map<String, String> owners = new HashMap<>();
        for (int i = 0; i < 90; i++) {
            String user = "user" + i % 30;
            String backend = proxy.answerTo(Http.get("/" + i, "x-user: " + user)).text();
            assertThat(owners.computeIfAbsent(user, _ -> backend)).isEqualTo(backend);
        }
        assertThat(owners.values()).contains("one", "two", "three");
    }

    @Test
    void sendsACookiesValueToOneEndpointAndRequestsWithoutToAll() throws Exception {
        startWith("loadBalancer: { policy: hash, key: { cookie: sid } }");

        String backend = proxy.answerTo(Http.get("/", "Cookie: sid=42")).text();
        Set<String> others = new HashSet<>();
        for (int i = 0; i < 40; i++) {
            assertThat(proxy.answerTo(Http.get("/", "Cookie: a=" + i + "; sid=42")).text()).isEqualTo(backend);
            others.add(proxy.answerTo(Http.get("/", "Cookie: a=42")).text());
        }

        assertThat(others).containsExactlyInAnyOrder("one", "two", "three");
    }

    @Test
    void sendsAClientToOneEndpoint() throws Exception {
        startWith("loadBalancer: { policy: hash }");

        String backend = proxy.answerTo(Http.get("/")).text();
        for (int i = 0; i < 10; i++) {
            assertThat(proxy.answerTo(Http.get("/" + i)).text()).isEqualTo(backend);
        }
    }

    @Test
    void takesAnotherEndpointWhereTheKeysOwnAcceptsNobody() throws Exception {
        ScriptedBackend alive = named("alive");
        proxy.start(yaml("endpoints: [" + closedPort() + ", ${0}], loadBalancer: { policy: hash, key: path }"), alive);

        for (int i = 0; i < 10; i++) {
            assertThat(proxy.answerTo(Http.get("/" + i)).text()).isEqualTo("alive");
        }
        assertThat(proxy.metric("sluice_retries_total", "reason=connect_failed", "result=made")).isPositive();
    }

    @Test
    void learnsFromAnswersWhichEndpointIsSlow() throws Exception {
        Signal arrived = new Signal();
        Signal go = new Signal();
        ScriptedBackend slow = proxy.backend(connection -> {
            while (true) {
                connection.request();
                arrived.raise();
                go.await();
                connection.send(Http.ok("slow"));
            }
        });
        proxy.start(yaml("endpoints: [${0}, ${1}], loadBalancer: { policy: peakEwma }"), named("fast"), slow);
        List<RawConnection> clients = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            clients.add(proxy.client());
            clients.getLast().send(Http.get("/"));
        }
        arrived.await();
        // Nothing is known of the fast one either until it has answered.
        await().until(() -> {
            boolean answered = false;
            for (RawConnection client : clients) {
                answered |= client.readable();
            }
            return answered;
        });

        long askedNanos = System.nanoTime();
        long slowestNanos = 0;
        for (int i = 0; i < 20; i++) {
            long sentNanos = System.nanoTime();
            assertThat(proxy.answerTo(Http.get("/")).text()).isEqualTo("fast");
            slowestNanos = Math.max(slowestNanos, System.nanoTime() - sentNanos);
        }
        // On a busy machine the fast one is slow, too.
        long clearlyNanos = Math.max(100_000_000, 20 * slowestNanos);
        await().until(() -> System.nanoTime() - askedNanos > clearlyNanos);
        go.raise();
        for (RawConnection client : clients) {
            client.response();
        }
        int slowAnswers = 0;
        for (int i = 0; i < 40; i++) {
            slowAnswers += proxy.answerTo(Http.get("/")).text().equals("slow") ? 1 : 0;
        }

        // Had it learnt nothing, it would be half of them.
        assertThat(slowAnswers).isLessThan(10);
    }

    @Test
    void asksABackupOnlyWhereNoOtherAccepts() throws Exception {
        ScriptedBackend first = named("first");
        ScriptedBackend backup = named("backup");
        proxy.start(yaml("endpoints: [{ address: ${1}, backup: true }, ${0}]"), first, backup);

        for (int i = 0; i < 20; i++) {
            assertThat(proxy.answerTo(Http.get("/" + i)).text()).isEqualTo("first");
        }

        assertThat(backup.connections()).isZero();
    }

    @Test
    void asksTheBackupWhereTheOnlyOtherOneAcceptsNobody() throws Exception {
        ScriptedBackend backup = named("backup");
        proxy.start(yaml("endpoints: [" + closedPort() + ", { address: ${0}, backup: true }]"), backup);

        for (int i = 0; i < 5; i++) {
            assertThat(proxy.answerTo(Http.post("/" + i, "body")).text()).isEqualTo("backup");
        }
    }

    private void startWith(String balancing) throws Exception {
        proxy.start(yaml("endpoints: [${0}, ${1}, ${2}], " + balancing), named("one"), named("two"), named("three"));
    }

    private ScriptedBackend named(String name) throws IOException {
        return proxy.backend(Script.answering(Http.ok(name)));
    }

    private static String yaml(String service) {
        return "routes: [{ service: app }]\nservices: { app: { " + service + " } }\n";
    }

    private static String closedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return "\"127.0.0.1:" + socket.getLocalPort() + "\"";
        }
    }
}
