package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.service.EndpointView.State;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Endpoints that choose in the handshake of TLS what is spoken to them (RFC 7301). */
@Scenario
final class AutoProtocolIT {
    private static final int MANY = 6;

    @RegisterExtension
    final ProxyUnderTest proxy = new ProxyUnderTest();

    @TempDir
    Path folder;

    /** What backends choose at the moment; empty = they know nothing of ALPN. */
    private final AtomicReference<String> choice = new AtomicReference<>("h2");

    private String service(String more) throws IOException {
        return "services: { app: { endpoints: [${endpoints}], protocol: auto, tls: { ca: "
                + BackendSecrets.authorityFile(folder) + " }" + more + " } }\n";
    }

    /** Chooses, if it is offered; answers with what is spoken, and to a check with the status of that name. */
    private ScriptedBackend backend(CountDownLatch handshakes) throws Exception {
        BackendSecrets secrets = BackendSecrets.good().with(socket -> {
            awaited(handshakes);
            socket.setHandshakeApplicationProtocolSelector((_, offered) ->
                    offered.contains(choice.get()) ? choice.get() : offered.contains("http/1.1") ? "http/1.1" : "");
        });
        Script http1 = connection -> {
            while (true) {
                Message request = connection.request();
                if (request.value("Upgrade") != null) {
                    connection.send(Tunnelled.SWITCHED);
                    connection.send(Tunnelled.text(connection, 4).toUpperCase());
                    connection.awaitEnd();
                    return;
                }
                connection.send(Http.ok("http/1.1"));
            }
        };
        return proxy.owned(ScriptedBackend.secure(secrets, connection ->
                (BackendSecrets.protocol(connection).equals("h2") ? Framed.answering(200, "h2") : http1).play(connection)));
    }

    private static void awaited(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private ScriptedBackend backend() throws Exception {
        return backend(new CountDownLatch(0));
    }

    @ParameterizedTest
    @CsvSource({"h2, h2", "http/1.1, http/1.1", "'', http/1.1"})
    void anEndpointIsSpokenToAsItChooses(String chosen, String spoken) throws Exception {
        choice.set(chosen);
        ScriptedBackend backend = backend();
        proxy.start(service(""), backend);

        for (int i = 0; i < 3; i++) {
            assertThat(proxy.answerTo(Http.get("/")).text()).isEqualTo(spoken);
        }

        assertThat(backend.connections()).isEqualTo(1);
        proxy.awaitMetric(1, "sluice_pool_created_total");
        proxy.awaitMetric(1, "sluice_pool_idle");
    }

    @Test
    void eachEndpointHasAChoiceOfItsOwn() throws Exception {
        ScriptedBackend one = backend();
        ScriptedBackend other = proxy.owned(ScriptedBackend.secure(BackendSecrets.good(), Script.answering(Http.ok("none"))));
        proxy.start(service(", loadBalancer: { policy: roundRobin }"), one, other);

        List<String> spoken = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            spoken.add(proxy.answerTo(Http.get("/")).text());
        }

        assertThat(spoken).containsExactlyInAnyOrder("h2", "none", "h2", "none");
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "http/1.1"})
    void whoComesBeforeItsChoiceIsKnownWaitsForTheFirstHandshakeAndIsServed(String chosen) throws Exception {
        choice.set(chosen);
        CountDownLatch handshakes = new CountDownLatch(1);
        ScriptedBackend backend = backend(handshakes);
        proxy.start(service(""), backend);
        List<RawConnection> clients = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            RawConnection client = proxy.client();
            client.send(Http.get("/" + i));
            clients.add(client);
        }
        proxy.awaitMetric(MANY, "sluice_requests_active", "service=app");
        handshakes.countDown();

        for (RawConnection client : clients) {
            assertThat(client.response().text()).isEqualTo(chosen);
            client.close();
        }

        assertThat(backend.connections()).isBetween(1, chosen.equals("h2") ? 1 : MANY);
    }

    @ParameterizedTest
    @CsvSource({"h2, http/1.1", "http/1.1, h2"})
    void anEndpointMayChooseAnewAfterARestart(String before, String after) throws Exception {
        choice.set(before);
        ScriptedBackend backend = backend();
        proxy.start(service(""), backend);
        assertThat(proxy.answerTo(Http.get("/")).text()).isEqualTo(before);

        choice.set(after);
        backend.connection(0).close();
        proxy.awaitMetric(0, "sluice_pool_idle");

        for (int i = 0; i < 3; i++) {
            assertThat(proxy.answerTo(Http.get("/")).text()).isEqualTo(after);
        }
        assertThat(backend.connections()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"auto", "h2", "http1"})
    void aHandshakeThatTheEndpointLeavesEndsAllWhoWait(String protocol) throws Exception {
        CountDownLatch together = new CountDownLatch(1);
        ScriptedBackend backend = proxy.owned(ScriptedBackend.playing(connection -> {
            connection.read();
            awaited(together);
            // It says no more, but goes on listening.
            connection.halfClose();
            connection.awaitEnd();
        }));
        proxy.start(service("").replace("auto", protocol) + "retry: { attempts: 0 }\ntimeouts: { connect: 30s }\n", backend);
        List<RawConnection> clients = List.of(proxy.client(), proxy.client());
        for (RawConnection client : clients) {
            client.send(Http.get("/"));
        }
        proxy.awaitMetric(2, "sluice_requests_active", "service=app");
        together.countDown();

        for (RawConnection client : clients) {
            assertThat(client.response().status()).isEqualTo(502);
        }
        proxy.awaitMetric(2, "sluice_errors_total", "error=backend_tls_handshake");
    }

    @Test
    void aWebSocketGetsAConnectionOfItsOwnBesideHttp2() throws Exception {
        ScriptedBackend backend = backend();
        proxy.start(service(""), backend);
        assertThat(proxy.answerTo(Http.get("/")).text()).isEqualTo("h2");

        try (RawConnection client = Tunnelled.through(proxy)) {
            client.send("ping");
            assertThat(Tunnelled.text(client, 4)).isEqualTo("PING");
        }

        assertThat(proxy.answerTo(Http.get("/")).text()).as("it still chooses HTTP/2").isEqualTo("h2");
        assertThat(backend.connections()).isEqualTo(2);
        assertThat(BackendSecrets.protocol(backend.connection(1))).isEqualTo("http/1.1");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "h2       | path: /    | UP   | status 200",
        "http/1.1 | path: /    | UP   | status 200",
        "h2       | path: /, statuses: [404] | DOWN | status 200",
        "http/1.1 | path: /, statuses: [404] | DOWN | status 200",
        "h2       | protocol: tcp  | UP   | connected",
        "http/1.1 | protocol: tcp  | UP   | connected",
        "http/1.1 | protocol: grpc | DOWN | not_http2",
    })
    void checksAskInWhateverItChooses(String chosen, String check, State state, String why) throws Exception {
        choice.set(chosen);
        ScriptedBackend backend = backend();
        proxy.start(service(", healthCheck: { " + check + ", interval: 30ms, fall: 1, rise: 1 }"), backend);

        await().until(() -> proxy.metric("sluice_checks_total") >= 2);

        assertThat(proxy.server().services().getFirst().view().getFirst().state()).isEqualTo(state);
        proxy.awaitMetric(0, "sluice_checks_total", "result=" + (state == State.UP ? "failed" : "passed"));
        if (state == State.DOWN) {
            assertThat(proxy.server().services().getFirst().view().getFirst().why()).isEqualTo(why);
        }
    }
}
