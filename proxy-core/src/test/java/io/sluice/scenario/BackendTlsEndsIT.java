package io.sluice.scenario;

import static io.sluice.scenario.Tunnelled.SWITCHED;
import static io.sluice.scenario.Tunnelled.text;
import static io.sluice.scenario.Tunnelled.through;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.scenario.Message.Ending;
import io.sluice.service.EndpointView.State;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How connections to backends with TLS end, and what else goes over them: tunnels, checks, proxy headers. */
@Scenario
final class BackendTlsEndsIT {
    private static final String LASTING = "HTTP/1.1 200 OK\r\n\r\nall of it";
    private static final String LISTENERS = """
            listeners:
              - { name: web, address: "127.0.0.1:0" }
              - { name: raw, address: "127.0.0.1:0", protocol: tcp, service: app }
            """;

    @RegisterExtension
    final ProxyUnderTest proxy = new ProxyUnderTest();

    private static String service(String terms) {
        return "services: { app: { endpoints: [${endpoints}], " + BackendSecrets.YAML + terms + " } }\n";
    }

    private void start(String yaml, Script... scripts) throws Exception {
        proxy.start(yaml, proxy.owned(ScriptedBackend.secure(BackendSecrets.GOOD, scripts)));
    }

    @Test
    void aBodyUntilTheEndIsCompleteBehindACloseNotify() throws Exception {
        start(service(""), Script.answeringOnce(LASTING));

        assertThat(proxy.answerTo(Http.get("/")).text()).isEqualTo("all of it");
        proxy.awaitMetric(0, "sluice_errors_total");
    }

    @Test
    void aBodyUntilTheEndIsTruncatedByAFinAlone() throws Exception {
        start(service(""), connection -> {
            connection.request();
            connection.send(LASTING);
            connection.wire().shutdownOutput();
            connection.awaitEnd();
        });
        RawConnection client = proxy.client();
        client.send(Http.get("/"));

        assertThat(client.truncatedResponse().ending()).isNotEqualTo(Ending.COMPLETE);
        proxy.awaitCounted("response_truncated");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anIdleConnectionThatItsBackendClosesIsGone(boolean announced) throws Exception {
        Signal end = new Signal();
        ScriptedBackend backend = proxy.owned(ScriptedBackend.secure(BackendSecrets.GOOD, connection -> {
            connection.request();
            connection.send(Http.ok("first"));
            end.await();
            if (announced) {
                connection.halfClose();
            } else {
                connection.wire().close();
            }
        }, Script.answering(Http.ok("second"))));
        proxy.start(service(""), backend);
        RawConnection client = proxy.client();
        client.send(Http.get("/"));
        client.response();
        proxy.awaitMetric(1, "sluice_pool_idle");

        end.raise();

        proxy.awaitMetric(0, "sluice_pool_idle");
        client.send(Http.post("/", "once"));
        assertThat(client.response().text()).isEqualTo("second");
        proxy.awaitMetric(0, "sluice_retries_total");
    }

    @Test
    void bytesBehindAResponseCostItsConnection() throws Exception {
        start(service(""), connection -> {
            connection.request();
            connection.send(Http.ok("mine") + Http.ok("poison"));
            connection.awaitEnd();
        }, Script.answering(Http.ok("well")));
        RawConnection client = proxy.client();

        client.send(Http.get("/"));
        assertThat(client.response().text()).isEqualTo("mine");
        client.send(Http.get("/"));

        assertThat(client.response().text()).isEqualTo("well");
    }

    @Test
    void aForgedRecordEndsAResponseInTheMidst() throws Exception {
        Signal forge = new Signal();
        start(service(""), connection -> {
            connection.request();
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
            forge.await();
            byte[] forged = Http.random(40);
            forged[0] = 23;
            forged[1] = 3;
            forged[2] = 3;
            forged[3] = 0;
            forged[4] = 35;
            connection.wire().getOutputStream().write(forged);
            connection.awaitEnd();
        });
        RawConnection client = proxy.client();
        client.send(Http.get("/"));
        await().until(client::readable);
        forge.raise();

        Message answer = client.truncatedResponse();

        assertThat(answer.ending()).isNotEqualTo(Ending.COMPLETE);
        assertThat(answer.text()).isEqualTo("half");
        proxy.awaitCounted("response_truncated");
    }

    @Test
    void aWebSocketGoesThrough() throws Exception {
        byte[] block = Http.random(1 << 20);
        start(service(""), connection -> {
            connection.request();
            connection.send(SWITCHED + "early");
            assertThat(text(connection, 5)).isEqualTo("hello");
            connection.send(block, 8);
            assertThat(connection.crc(8L << 20)).isEqualTo(Tunnelled.crc(block, 8));
            assertThat(connection.rest()).isEqualTo("bye");
            connection.send("goodbye");
        });
        RawConnection client = through(proxy);
        assertThat(text(client, 5)).isEqualTo("early");
        client.send("hello");
        assertThat(client.crc(8L << 20)).isEqualTo(Tunnelled.crc(block, 8));
        client.send(block, 8);
        client.send("bye");
        client.halfClose();

        assertThat(client.rest()).isEqualTo("goodbye");
        proxy.awaitMetric(1, "sluice_relays_total", "kind=copied", "reason=tls");
        proxy.awaitMetric(0, "sluice_errors_total");
    }

    @Test
    void nothingIsLostBehindTheClientsEnd() throws Exception {
        byte[] block = Http.random(100 << 10);
        start(service(""), connection -> {
            connection.request();
            connection.send(SWITCHED);
            assertThat(connection.rest()).isEqualTo("bye");
            connection.send(block, 8);
        });
        RawConnection client = through(proxy);
        client.send("bye");
        client.halfClose();

        assertThat(client.crc(8L * block.length)).isEqualTo(Tunnelled.crc(block, 8));
        assertThat(client.rest()).isEmpty();
        proxy.awaitMetric(0, "sluice_errors_total");
    }

    /** Whoever is told of one end there ends both, and says nothing more (RFC 5246 §7.2.1). */
    @Test
    void behindTls12TheClientsEndIsTheBackendsToo() throws Exception {
        BackendSecrets secrets = BackendSecrets.GOOD.with(it -> it.setEnabledProtocols(new String[] {"TLSv1.2"}));
        proxy.start(service(""), proxy.owned(ScriptedBackend.secure(secrets, connection -> {
            connection.request();
            connection.send(SWITCHED + "so far");
            assertThat(connection.rest()).isEqualTo("bye");
        })));
        RawConnection client = through(proxy);
        assertThat(text(client, 6)).isEqualTo("so far");
        client.send("bye");
        client.halfClose();

        assertThat(client.rest()).isEmpty();
        proxy.awaitMetric(0, "sluice_errors_total");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aTunnelTellsABackendThatItHasAllOnlyIfItHas(boolean more) throws Exception {
        Signal ended = new Signal();
        ScriptedBackend backend = proxy.owned(ScriptedBackend.secure(BackendSecrets.GOOD, connection -> {
            connection.request();
            connection.send(SWITCHED + "bye");
            connection.halfClose();
            assertThat(connection.awaitEnd()).isEqualTo(more ? Ending.RESET : Ending.CLOSED);
            ended.raise();
        }));
        proxy.start(service(""), backend);
        RawConnection client = through(proxy);
        assertThat(client.rest()).isEqualTo("bye");

        if (more) {
            client.send("what the backend can't be told any more");
        }
        client.halfClose();

        ended.await();
        proxy.awaitMetric(more ? 1 : 0, "sluice_errors_total");
    }

    @Test
    void aTunnelWhoseBackendIsCutOffIsReset() throws Exception {
        start(service(""), connection -> {
            connection.request();
            connection.send(SWITCHED);
            assertThat(text(connection, 5)).isEqualTo("hello");
            connection.wire().shutdownOutput();
            connection.awaitEnd();
        });
        RawConnection client = through(proxy);
        client.send("hello");

        client.awaitReset();
        proxy.awaitCounted("backend_reset");
    }

    @Test
    void aTunnelThatIsCutSaysNoFarewellToItsBackend() throws Exception {
        ScriptedBackend backend = proxy.owned(ScriptedBackend.secure(BackendSecrets.GOOD, connection -> {
            connection.request();
            connection.send(SWITCHED);
            assertThat(connection.awaitEnd()).isEqualTo(Ending.RESET);
        }));
        proxy.start(service(""), backend);

        through(proxy).reset();

        backend.connection(0).awaitEnded();
        proxy.awaitCounted("client_gone");
    }

    @Test
    void rawConnectionsArePassedOnWhoeverSpeaksFirst() throws Exception {
        start(LISTENERS + service(""), connection -> {
            connection.send("220 ready");
            assertThat(text(connection, 5)).isEqualTo("HELO!");
            connection.send("250 ok");
            assertThat(connection.rest()).isEqualTo("QUIT");
            connection.send("221 bye");
        });
        RawConnection client = proxy.clientOf("raw");
        assertThat(text(client, 9)).isEqualTo("220 ready");
        client.send("HELO!");
        assertThat(text(client, 6)).isEqualTo("250 ok");
        client.send("QUIT");
        client.halfClose();

        assertThat(client.rest()).isEqualTo("221 bye");
        proxy.awaitMetric(1, "sluice_requests_total", "listener=raw", "protocol=tcp", "service=app");
        proxy.awaitMetric(0, "sluice_errors_total");
    }

    @ParameterizedTest
    @ValueSource(strings = {"path: /health", "protocol: tcp"})
    void checksSpeakTlsToo(String check) throws Exception {
        ScriptedBackend well = proxy.owned(ScriptedBackend.secure(BackendSecrets.GOOD, Script.answering(Http.ok("well"))));
        ScriptedBackend expired = proxy.owned(
                ScriptedBackend.secure(BackendSecrets.expired(), Script.answering(Http.ok("never"))));
        proxy.start(service(", healthCheck: { " + check + ", interval: 20ms, fall: 1, rise: 1 }"), well, expired);

        awaitState(0, State.UP::equals);
        awaitState(1, State.DOWN::equals);
        assertThat(proxy.server().services().getFirst().view().get(1).why()).isEqualTo("backend_tls_untrusted");
        assertThat(proxy.answerTo(Http.get("/")).text()).isEqualTo("well");
    }

    private void awaitState(int index, Predicate<State> wanted) {
        await().until(() -> wanted.test(proxy.server().services().getFirst().view().get(index).state()));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aProxyHeaderStandsInClearInFrontOfTheHandshake(boolean raw) throws Exception {
        Signal read = new Signal();
        StringBuilder line = new StringBuilder();
        ScriptedBackend backend = proxy.backend(connection -> {
            for (int next = connection.wire().getInputStream().read(); next != '\n'; next = connection.wire().getInputStream().read()) {
                line.append((char) next);
            }
            read.raise();
            RawConnection secure = BackendSecrets.GOOD.over(connection.wire());
            Message request = secure.request();
            assertThat(request.values("Connection")).isEqualTo(raw ? java.util.List.of() : java.util.List.of("close"));
            secure.send(Http.ok("introduced"));
            secure.close();
        });
        proxy.start(LISTENERS + service(", proxyProtocol: v1"), backend);
        RawConnection client = raw ? proxy.clientOf("raw") : proxy.client();

        client.send(Http.get("/"));

        assertThat(client.response().text()).isEqualTo("introduced");
        read.await();
        assertThat(line.toString()).startsWith("PROXY TCP4 127.0.0.1 127.0.0.1 " + client.local().getPort() + " ").endsWith("\r");
    }
}
