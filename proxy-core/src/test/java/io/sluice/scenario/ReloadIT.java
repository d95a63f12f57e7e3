package io.sluice.scenario;

import static io.sluice.scenario.Tunnelled.SWITCHED;
import static io.sluice.scenario.Tunnelled.text;
import static io.sluice.scenario.Tunnelled.upgrade;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.server.ReloadResult;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Another configuration for a running proxy: architecture.md, "Life cycle". */
@BothVersions
final class ReloadIT {
    private static final String ROUTES = """
            routes:
              - { name: settle, match: { path: /settle }, respond: { status: 200, body: settled } }
              - { name: page, match: { path: /page }, respond: { status: 200, body: %s } }
              - { name: all, service: app }
            """;

    @RegisterExtension
    final ProxyUnderTest proxy;

    ReloadIT(Relaying relaying) {
        proxy = new ProxyUnderTest(relaying);
    }

    private static String page(String text) {
        return ROUTES.formatted(text);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static String listeners(String... pairs) {
        StringBuilder yaml = new StringBuilder("listeners:\n");
        for (int i = 0; i < pairs.length; i += 2) {
            yaml.append("  - { name: ").append(pairs[i]).append(", address: \"127.0.0.1:").append(pairs[i + 1]).append("\" }\n");
        }
        return yaml.toString();
    }

    private static String ask(RawConnection client, String target) throws IOException {
        client.send(Http.get(target));
        return client.response().text();
    }

    @Test
    void theNextRequestOfAnOpenConnectionSeesTheNewRoutes() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.answering(Http.ok("app")));
        proxy.start(page("one"), backend);
        RawConnection client = proxy.client();
        assertThat(ask(client, "/page")).isEqualTo("one");

        ReloadResult result = proxy.reload(page("two"), backend);

        assertThat(ask(client, "/page")).isEqualTo("two");
        assertThat(result.accepted()).isTrue();
        assertThat(result.diff().routes().changed()).containsExactly("page");
        assertThat(result.diff().listeners().kept()).containsExactly("web");
        assertThat(result.revision()).isEqualTo(2);
        assertThat(proxy.metric("sluice_config_revision")).isEqualTo(2);
        assertThat(proxy.metric("sluice_config_last_reload_success")).isEqualTo(1);
    }

    @Test
    void anExchangeInFlightEndsOnWhatItBeganWith() throws Exception {
        Signal answer = new Signal();
        ScriptedBackend before = proxy.backend(connection -> {
            connection.request();
            answer.await();
            connection.send(Http.ok("before"));
            connection.awaitEnd();
        });
        ScriptedBackend after = proxy.backend(Script.answering(Http.ok("after")));
        proxy.start(before);
        RawConnection client = proxy.client();
        client.send(Http.get("/"));
        await().until(() -> before.connection(0).received().contains("\r\n\r\n"));

        proxy.reload("", after);
        answer.raise();

        assertThat(client.response().text()).isEqualTo("before");
        before.connection(0).awaitEnded();
        assertThat(ask(client, "/")).isEqualTo("after");
    }

    @OnlyHttp1("HTTP/2 has no 101 (RFC 9113 §8.6)")
    @Test
    void aTunnelLivesOnThoughItsRouteAndServiceAreGone() throws Exception {
        ScriptedBackend before = proxy.backend(connection -> {
            connection.request();
            connection.send(SWITCHED);
            assertThat(text(connection, 4)).isEqualTo("ping");
            connection.send("pong");
            connection.awaitEnd();
        });
        ScriptedBackend after = proxy.backend(Script.answering(Http.ok("after")));
        proxy.start(before);
        RawConnection client = proxy.client();
        client.send(upgrade());
        assertThat(client.head().status()).isEqualTo(101);

        proxy.reload("routes: [{ name: new, service: other }]\nservices: { other: { endpoints: [${endpoints}] } }\n", after);
        assertThat(proxy.answerTo(Http.get("/")).text()).isEqualTo("after");
        client.send("ping");

        assertThat(text(client, 4)).isEqualTo("pong");
        client.close();
    }

    @Test
    void aChangedServiceGoesOnWithItsPlacesAndItsQueue() throws Exception {
        Signal answer = new Signal();
        ScriptedBackend backend = proxy.backend(connection -> {
            connection.request();
            answer.await();
            connection.send(Http.ok("first"));
            connection.request();
            connection.send(Http.ok("next"));
            connection.awaitEnd();
        });
        String services = "services: { app: { endpoints: [${endpoints}],"
                + " limits: { requests: 1, queue: %s, queueTime: 1h } } }\n";
        proxy.start(services.formatted("5"), backend);
        RawConnection first = proxy.client();
        first.send(Http.get("/first"));
        await().until(() -> backend.connections() == 1 && backend.connection(0).received().contains("/first"));

        assertThat(proxy.reload(services.formatted("1"), backend).diff().services().changed()).containsExactly("app");
        RawConnection second = proxy.client();
        second.send(Http.get("/second"));
        proxy.awaitMetric(1, "sluice_queue_length", "service=app");
        assertThat(proxy.answerTo(Http.get("/third")).text()).isEqualTo("503 queue_full\n");
        answer.raise();

        assertThat(first.response().text()).isEqualTo("first");
        assertThat(second.response().text()).isEqualTo("next");
        assertThat(backend.connections()).isEqualTo(1);
    }

    @Test
    void aCircuitStaysOpenThoughItsServiceChanged() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.answering(Http.ok("bad").replace("200 OK", "500 Oops")));
        String services = "services: { app: { endpoints: [${endpoints}], loadBalancer: { policy: %s },"
                + " circuitBreaker: { errorPercent: 50, minRequests: 1, open: 1h } } }\n";
        proxy.start(services.formatted("roundRobin"), backend);
        assertThat(proxy.answerTo(Http.get("/")).status()).isEqualTo(500);
        proxy.awaitMetric(1, "sluice_circuit_state", "service=app");

        assertThat(proxy.reload(services.formatted("random"), backend).diff().services().changed()).containsExactly("app");

        assertThat(proxy.answerTo(Http.get("/")).text()).isEqualTo("503 circuit_open\n");
        assertThat(proxy.metric("sluice_circuit_opened_total", "service=app")).isEqualTo(1);
    }

    @Test
    void whoHasUsedUpARateLimitDoesNotBeginAnew() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.answering(Http.ok("app")));
        String limited = page("%s")
                + "  - { name: limited, match: { path: /limited }, service: app, rateLimit: { rate: %s } }\n";
        proxy.start(limited.formatted("one", "1/h"), backend);
        assertThat(proxy.answerTo(Http.get("/limited")).status()).isEqualTo(200);

        proxy.reload(limited.formatted("two", "1/h"), backend);
        assertThat(proxy.answerTo(Http.get("/limited")).status()).isEqualTo(429);
        proxy.reload(limited.formatted("two", "2/h"), backend);

        assertThat(proxy.answerTo(Http.get("/limited")).status()).as("on other terms").isEqualTo(200);
    }

    @Test
    void unchangedServicesKeepTheirConnectionsAndCounters() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.answering(Http.ok("app")));
        proxy.start(page("one"), backend);
        RawConnection client = proxy.client();
        assertThat(ask(client, "/")).isEqualTo("app");

        proxy.reload(page("two"), backend);

        assertThat(ask(client, "/")).isEqualTo("app");
        assertThat(backend.connections()).isEqualTo(1);
        proxy.awaitMetric(2, "sluice_requests_total", "route=all", "service=app");
        proxy.awaitMetric(1, "sluice_pool_reused_total", "service=app");
    }

    @Test
    void anEndpointThatStaysInAChangedServiceKeepsItsConnections() throws Exception {
        ScriptedBackend stays = proxy.backend(Script.answering(Http.ok("stays")));
        ScriptedBackend leaves = proxy.backend(Script.answering(Http.ok("leaves")));
        proxy.start(stays, leaves);
        RawConnection client = proxy.client();
        assertThat(ask(client, "/")).isNotEqualTo(ask(client, "/"));

        ReloadResult result = proxy.reload("", stays);

        assertThat(result.diff().endpoints().kept()).containsExactly("app/" + stays.address());
        assertThat(result.diff().endpoints().removed()).containsExactly("app/" + leaves.address());
        leaves.connection(0).awaitEnded();
        assertThat(ask(client, "/")).isEqualTo("stays");
        assertThat(ask(client, "/")).isEqualTo("stays");
        assertThat(stays.connections()).isEqualTo(1);
    }

    @Test
    void aServiceWithOtherTermsOpensItsConnectionsAnew() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.answering(Http.ok("app")));
        proxy.start(backend);
        RawConnection client = proxy.client();
        ask(client, "/");

        proxy.reload("services: { app: { endpoints: [${endpoints}], pool: { idlePerEndpoint: 0 } } }\n", backend);
        backend.connection(0).awaitEnded();

        assertThat(ask(client, "/")).isEqualTo("app");
        backend.connection(1).awaitEnded();
    }

    @Test
    void aNewListenerServesAndARemovedOneRefuses() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.answering(Http.ok("app")));
        int goes = freePort();
        int comes = freePort();
        proxy.start(listeners("web", "0", "goes", "" + goes), backend);
        RawConnection web = proxy.client();
        RawConnection idle = proxy.httpClientOf("goes");
        assertThat(ask(idle, "/") + ask(web, "/")).isEqualTo("appapp");

        ReloadResult result = proxy.reload(listeners("comes", "" + comes, "web", "0"), backend);

        assertThat(result.problems()).isEmpty();
        assertThat(result.diff().listeners().added()).containsExactly("comes");
        assertThat(result.diff().listeners().removed()).containsExactly("goes");
        assertThat(ask(proxy.httpClientOf("comes"), "/")).isEqualTo("app");
        assertThat(refuses(goes)).isTrue();
        idle.awaitClose();
        assertThat(ask(web, "/")).isEqualTo("app");
        proxy.awaitMetric(2, "sluice_requests_total", "listener=web");
        proxy.awaitMetric(1, "sluice_requests_total", "listener=comes");
    }

    private static boolean refuses(int port) {
        try (RawConnection late = RawConnection.to(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))) {
            return late == null;
        } catch (IOException refused) {
            return true;
        }
    }

    @OnlyHttp1("HTTP/2 says goodbye without being asked: Http2ClientEndingIT.saysGoodbyeTwiceAndFinishesWhatIsOn")
    @Test
    void aConnectionOfARemovedListenerGetsItsNextRequestAnsweredAndIsToldToClose() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.answering(Http.ok("app")));
        proxy.start(listeners("web", "0", "goes", "0"), backend);
        RawConnection client = proxy.httpClientOf("goes");
        ask(client, "/");

        proxy.reload(listeners("web", "0", "comes", "0"), backend);
        client.send(Http.get("/"));
        Message last = client.response();
        proxy.settle();

        assertThat(last.text()).isEqualTo("app");
        assertThat(last.value("Connection")).isEqualToIgnoringCase("close");
        assertThat(proxy.metric("sluice_requests_total", "listener=comes")).isZero();
        client.awaitClose();
        client.close();
    }

    @Test
    void aListenerWithOtherSocketOptionsIsReplacedAtTheSameAddress() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.answering(Http.ok("app")));
        String yaml = "listeners: [{ name: web, address: \"127.0.0.1:%d\", socket: { backlog: %d } }]\n";
        int port = freePort();
        proxy.start(yaml.formatted(port, 128), backend);
        RawConnection client = proxy.client();
        ask(client, "/");

        ReloadResult result = proxy.reload(yaml.formatted(port, 256), backend);

        assertThat(result.problems()).isEmpty();
        assertThat(ask(client, "/")).isEqualTo("app");
        assertThat(proxy.answerTo(Http.get("/")).text()).isEqualTo("app");
    }

    @Test
    void aListenerThatSpeaksOtherwiseKeepsItsSocketsAndEndsItsConnections() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.answering(Http.ok("app")));
        proxy.start(backend);
        InetSocketAddress address = proxy.address();
        RawConnection http = proxy.client();
        ask(http, "/");

        proxy.reload("listeners: [{ name: web, address: \"127.0.0.1:0\", halfClose: answer }]\n", backend);

        if (!proxy.http2()) {
            http.send(Http.get("/"));
            assertThat(http.response().value("Connection")).isEqualToIgnoringCase("close");
        }
        http.awaitClose();
        assertThat(proxy.address()).isEqualTo(address);
        try (RawConnection client = RawConnection.to(address)) {
            client.send(Http.get("/"));
            client.halfClose();
            assertThat(client.response().text()).isEqualTo("app");
        }
    }

    @Test
    void whatCannotBeBoundChangesNothing() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.answering(Http.ok("app")));
        proxy.start(page("one"), backend);
        int free = freePort();
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            ReloadResult result = proxy.reload(
                    listeners("web", "0", "free", "" + free, "taken", "" + taken.getLocalPort()) + page("two"), backend);

            assertThat(result.problems()).singleElement().asString().contains("taken", "" + taken.getLocalPort());
        }
        assertThat(refuses(free)).isTrue();
        assertThat(proxy.answerTo(Http.get("/page")).text()).isEqualTo("one");
        assertThat(proxy.server().config().listeners()).hasSize(1);
        assertThat(proxy.metric("sluice_config_revision")).isEqualTo(1);
        assertThat(proxy.metric("sluice_config_last_reload_success")).isZero();
        assertThat(Scrape.of(proxy.server().metrics().scrape()).sum("sluice_connections", "listener=free")).isZero();
    }

    @Test
    void saysWhatNeedsARestartAndTakesTheRest() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.answering(Http.ok("app")));
        proxy.start(page("one"), backend);

        ReloadResult result = proxy.reload("eventLoops: 3\n" + page("two"), backend);

        assertThat(result.accepted()).isTrue();
        assertThat(result.diff().needRestart()).containsExactly("eventLoops");
        assertThat(proxy.answerTo(Http.get("/page")).text()).isEqualTo("two");
        assertThat(proxy.server().config().eventLoops()).isEqualTo(1);
    }

    @Test
    void seriesOfWhatIsGoneGo() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.answering(Http.ok("app")));
        proxy.start(page("one"), backend);
        proxy.answerTo(Http.get("/page"));
        proxy.awaitMetric(1, "sluice_requests_total", "route=page");

        proxy.reload("", backend);

        proxy.awaitMetric(0, "sluice_requests_total", "route=page");
        assertThat(proxy.answerTo(Http.get("/")).text()).isEqualTo("app");
    }

    @Test
    void refusesToChangeOnceItShutsDown() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.silent());
        proxy.start("timeouts: { drain: { accepting: 0s, exchanges: 5s } }\n", backend);
        proxy.server().drain().get(5, TimeUnit.SECONDS);

        assertThat(proxy.reload(page("two"), backend).problems()).singleElement().asString().contains("shutting down");
    }
}
