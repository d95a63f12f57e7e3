package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.service.Service;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Clients that keep their endpoint by a cookie of the proxy's. */
@BothVersions
final class StickyIT {
    private static final String STICKY = "sticky: { secrets: sixteen-or-longer }";

    @RegisterExtension
    final ProxyUnderTest proxy;

    StickyIT(Relaying relaying) {
        proxy = new ProxyUnderTest(relaying);
    }

    private ScriptedBackend named(String name) throws IOException {
        return proxy.backend(Script.answering(Http.ok(name)));
    }

    private static String yaml(String service) {
        return "services: { app: { loadBalancer: { policy: roundRobin }, " + service + " } }\n";
    }

    /** What a browser sends back. */
    private static String cookie(Message response) {
        return response.value("Set-Cookie").split(";")[0];
    }

    private Service app() {
        return proxy.server().services().getFirst();
    }

    private double counted(String session) {
        return proxy.metric("sluice_sticky_requests_total", "service=app", "session=" + session);
    }

    private static String closedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return "\"127.0.0.1:" + socket.getLocalPort() + "\"";
        }
    }

    @Test
    void keepsAClientAtTheEndpointThatHadItsFirstRequest() throws Exception {
        proxy.start(yaml("endpoints: [${endpoints}], " + STICKY), named("one"), named("two"), named("three"));
        Set<String> backends = new HashSet<>();

        for (int i = 0; i < 6; i++) {
            Message first = proxy.answerTo(Http.get("/"));
            assertThat(first.value("Set-Cookie")).matches("sluice_app=[A-Za-z0-9_-]{22}; Path=/; HttpOnly; SameSite=Lax");
            backends.add(first.text());
            for (int n = 0; n < 5; n++) {
                Message next = proxy.answerTo(Http.post("/", "order", "Cookie: theme=dark; " + cookie(first)));
                assertThat(next.text()).isEqualTo(first.text());
                assertThat(next.value("Set-Cookie")).isNull();
            }
        }

        assertThat(backends).containsExactlyInAnyOrder("one", "two", "three");
        assertThat(counted("begun")).isEqualTo(6);
        assertThat(counted("kept")).isEqualTo(30);
    }

    @Test
    void answersABadCookieByANewOne() throws Exception {
        proxy.start(yaml("endpoints: [${endpoints}], " + STICKY), named("one"), named("two"));
        String good = cookie(proxy.answerTo(Http.get("/")));

        assertThat(cookie(proxy.answerTo(Http.get("/", "Cookie: sluice_app=" + "A".repeat(22))))).startsWith("sluice_app=");
        assertThat(cookie(proxy.answerTo(Http.get("/", "Cookie: sluice_app=" + "A".repeat(9_000))))).startsWith("sluice_app=");
        assertThat(cookie(proxy.answerTo(Http.get("/", "Cookie: " + good + "; " + good)))).startsWith("sluice_app=");

        assertThat(counted("refused")).isEqualTo(3);
    }

    @Test
    void movesAClientWhoseEndpointAcceptsNobody() throws Exception {
        ScriptedBackend gone = named("gone");
        proxy.start(yaml("endpoints: [${endpoints}], outlierEjection: off, " + STICKY), gone, named("alive"));
        Message first = proxy.answerTo(Http.get("/"));
        if (!first.text().equals("gone")) {
            first = proxy.answerTo(Http.get("/"));
        }
        String before = cookie(first);
        gone.close();
        proxy.awaitMetric(0, "sluice_pool_idle");

        // Each request tries its own endpoint first, until its client knows of another.
        Message moved = proxy.answerTo(Http.post("/", "order", "Cookie: " + before));

        assertThat(moved.text()).isEqualTo("alive");
        assertThat(cookie(moved)).isNotEqualTo(before);
        assertThat(counted("moved")).isEqualTo(1);
        assertThat(proxy.answerTo(Http.get("/", "Cookie: " + cookie(moved))).text()).isEqualTo("alive");
    }

    @Test
    void staysWhenAKeptConnectionHadDied() throws Exception {
        // Answers once; its connection dies with the next request, and a new one answers for ever.
        ScriptedBackend one = proxy.backend(connection -> {
            connection.request();
            connection.send(Http.ok("one"));
            connection.request();
        }, Script.answering(Http.ok("one again")));
        proxy.start(yaml("endpoints: [${0}, ${1}], " + STICKY), one, named("two"));
        Message first = proxy.answerTo(Http.get("/"));
        if (!first.text().equals("one")) {
            first = proxy.answerTo(Http.get("/"));
        }

        Message next = proxy.answerTo(Http.get("/", "Cookie: " + cookie(first)));

        assertThat(next.text()).isEqualTo("one again");
        assertThat(next.value("Set-Cookie")).isNull();
        proxy.awaitMetric(1, "sluice_pool_stale_total");
    }

    @Test
    void goesOnWithADrainedEndpointUntilItIsTakenOutOfTheFile() throws Exception {
        ScriptedBackend one = named("one");
        ScriptedBackend two = named("two");
        String yaml = yaml("endpoints: [${endpoints}], " + STICKY);
        proxy.start(yaml, one, two);
        Message first = proxy.answerTo(Http.get("/"));
        String mine = "Cookie: " + cookie(first);

        app().drain(app().endpoints().get(first.text().equals("one") ? 0 : 1));

        assertThat(proxy.answerTo(Http.get("/", mine)).text()).isEqualTo(first.text());
        String other = first.text().equals("one") ? "two" : "one";
        assertThat(proxy.answerTo(Http.get("/")).text()).isEqualTo(other);
        assertThat(proxy.answerTo(Http.get("/")).text()).isEqualTo(other);
        assertThat(proxy.reload(yaml, other.equals("one") ? one : two).accepted()).isTrue();
        Message moved = proxy.answerTo(Http.get("/", mine));
        assertThat(moved.text()).isEqualTo(other);
        assertThat(cookie(moved)).isNotEqualTo(cookie(first));
    }

    @Test
    void knowsItsCookiesAfterAReloadAndAnotherSecretsOnlyWhileThatIsListed() throws Exception {
        ScriptedBackend one = named("one");
        ScriptedBackend two = named("two");
        String endpoints = "endpoints: [${endpoints}], ";
        proxy.start(yaml(endpoints + STICKY), one, two);
        Message first = proxy.answerTo(Http.get("/"));
        String mine = "Cookie: " + cookie(first);

        assertThat(proxy.reload(yaml(endpoints + "pool: { idleTimeout: 20s }, " + STICKY), one, two).accepted()).isTrue();
        assertThat(proxy.answerTo(Http.get("/", mine)).value("Set-Cookie")).isNull();

        proxy.reload(yaml(endpoints + "sticky: { secrets: [another-of-sixteen, sixteen-or-longer] }"), one, two);
        Message renewed = proxy.answerTo(Http.get("/", mine));
        assertThat(renewed.text()).isEqualTo(first.text());
        assertThat(cookie(renewed)).isNotEqualTo(cookie(first));

        proxy.reload(yaml(endpoints + "sticky: { secrets: [another-of-sixteen] }"), one, two);
        assertThat(proxy.answerTo(Http.get("/", "Cookie: " + cookie(renewed))).text()).isEqualTo(first.text());
        assertThat(cookie(proxy.answerTo(Http.get("/", mine)))).startsWith("sluice_app=");
        assertThat(counted("refused")).isEqualTo(1);

        proxy.reload(yaml(endpoints.strip() + " slowStart: off"), one, two);
        assertThat(proxy.answerTo(Http.get("/", mine)).value("Set-Cookie")).isNull();
    }

    @Test
    void comesBeforeTheKeyOfAHashPolicy() throws Exception {
        proxy.start("services: { app: { endpoints: [${endpoints}], loadBalancer: { policy: hash, key: path }, " + STICKY + " } }\n",
                named("one"), named("two"), named("three"));
        Message first = proxy.answerTo(Http.get("/0"));

        for (int i = 1; i < 20; i++) {
            assertThat(proxy.answerTo(Http.get("/" + i, "Cookie: " + cookie(first))).text()).isEqualTo(first.text());
        }
    }

    @Test
    void waitsForAPlaceAtItsEndpoint() throws Exception {
        Signal arrived = new Signal();
        Signal answer = new Signal();
        ScriptedBackend one = proxy.backend(connection -> {
            while (true) {
                Message request = connection.request();
                if (request.startLine().contains("/slow")) {
                    arrived.raise();
                    answer.await();
                }
                connection.send(Http.ok("one"));
            }
        });
        proxy.start(yaml("endpoints: [{ address: ${0}, weight: 1 }, { address: ${1}, weight: 0 }],"
                + " limits: { requestsPerEndpoint: 1, queueTime: 1h }, " + STICKY), one, named("two"));
        String mine = "Cookie: " + cookie(proxy.answerTo(Http.get("/")));
        app().weight(app().endpoints().get(1), 1);
        RawConnection slow = proxy.client();
        slow.send(Http.get("/slow", mine));
        arrived.await();
        RawConnection waits = proxy.client();
        waits.send(Http.get("/next", mine));
        proxy.awaitMetric(1, "sluice_queue_length", "service=app");

        assertThat(proxy.answerTo(Http.get("/")).text()).as("nobody is held up").isEqualTo("two");
        answer.raise();

        assertThat(slow.response().text()).isEqualTo("one");
        assertThat(waits.response().text()).isEqualTo("one");
    }

    @Test
    void setsTheCookieBesideThoseOfTheBackendWhateverFiltersRemove() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.answering(Http.ok("x", "Set-Cookie: own=1")));
        proxy.start("routes:\n  - { name: settle, match: { path: /settle }, respond: { status: 200, body: settled } }\n"
                + "  - { service: app, match: { path: /bare/ }, filters: [{ responseHeaders: { remove: [Set-Cookie] } }] }\n"
                + "  - { service: app }\n"
                + yaml("endpoints: [${endpoints}], " + STICKY), backend);

        assertThat(proxy.answerTo(Http.get("/")).values("Set-Cookie")).hasSize(2).first().isEqualTo("own=1");
        assertThat(proxy.answerTo(Http.get("/bare/")).value("Set-Cookie")).startsWith("sluice_app=");
        assertThat(Message.ofHead(backend.connection(0).received()).value("Cookie")).isNull();
    }

    @OnlyHttp1("HTTP/2 has no 101 (RFC 9113 §8.6)")
    @Test
    void passesTheCookieToTheBackendAndSetsItWithASwitchOfProtocols() throws Exception {
        ScriptedBackend backend = proxy.backend(connection -> {
            connection.request();
            connection.send(Tunnelled.SWITCHED);
            connection.awaitEnd();
        });
        proxy.start(yaml("endpoints: [${endpoints}], " + STICKY), backend);
        RawConnection client = proxy.client();

        client.send(Http.get("/", "Upgrade: websocket", "Connection: Upgrade", "Cookie: sluice_app=stale"));
        Message switched = client.head();

        assertThat(switched.status()).isEqualTo(101);
        assertThat(switched.value("Set-Cookie")).startsWith("sluice_app=");
        assertThat(Message.ofHead(backend.connection(0).received()).value("Cookie")).isEqualTo("sluice_app=stale");
    }

    @Test
    void setsNoneInItsOwnAnswers() throws Exception {
        proxy.start(yaml("endpoints: [" + closedPort() + "], " + STICKY));

        Message refused = proxy.answerTo(Http.get("/"));

        assertThat(refused.status()).isEqualTo(502);
        assertThat(refused.value("Set-Cookie")).isNull();
    }

    @Test
    void movesAClientWhoseEndpointGivesAnAnswerThatIsMadeAgainElsewhere() throws Exception {
        AtomicBoolean overloaded = new AtomicBoolean();
        ScriptedBackend one = proxy.backend(connection -> {
            while (true) {
                connection.request();
                connection.send(overloaded.get()
                        ? "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 4\r\n\r\nbusy" : Http.ok("one"));
            }
        });
        proxy.start(yaml("endpoints: [${endpoints}], " + STICKY) + "retry: { on: { statuses: [503] } }\n", one, named("two"));
        Message first = proxy.answerTo(Http.get("/"));
        while (!first.text().equals("one")) {
            first = proxy.answerTo(Http.get("/"));
        }
        overloaded.set(true);

        Message moved = proxy.answerTo(Http.get("/", "Cookie: " + cookie(first)));

        assertThat(moved.text()).isEqualTo("two");
        assertThat(proxy.answerTo(Http.get("/", "Cookie: " + cookie(moved))).text()).isEqualTo("two");
        assertThat(counted("moved")).isEqualTo(1);
    }
}
