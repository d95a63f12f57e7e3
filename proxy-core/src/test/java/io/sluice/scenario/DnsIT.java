package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.dns.ScriptedNameServer;
import io.sluice.service.Endpoint;
import io.sluice.service.Service;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Endpoints by name, whose addresses change and whose name servers fail, while requests go on. */
@Scenario
final class DnsIT {
    private static final String SRV = "_http._tcp.app.example";
    private static final Script ANSWERING = Script.answering(Http.ok("fine"));

    @RegisterExtension
    final ProxyUnderTest proxy = new ProxyUnderTest();

    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicInteger answered = new AtomicInteger();
    private final List<String> failures = new CopyOnWriteArrayList<>();
    private ScriptedNameServer names;

    @BeforeEach
    void startsTheNameServer() throws IOException {
        names = new ScriptedNameServer();
    }

    @AfterEach
    void stopsIt() {
        names.close();
    }

    private String yaml(String endpoints) {
        return "dns: { servers: [\"" + names.address() + "\"], families: ipv4, timeout: 200ms }\n"
                + "services: { app: { endpoints: " + endpoints + ", pool: { learnIdleTimeout: false } } }\n";
    }

    private static int port(ScriptedBackend backend) {
        return Integer.parseInt(backend.address().substring(backend.address().lastIndexOf(':') + 1));
    }

    private Service app() {
        return proxy.server().services().getFirst();
    }

    /** Names are asked for every five seconds at the most: a test that waits for that waits long. */
    private static ConditionFactory later(String what) {
        return await(what).atMost(Duration.ofSeconds(25));
    }

    private void ask() throws IOException {
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
        } catch (AssertionError e) {
            failures.add(e.toString());
        }
    }

    @Test
    void noRequestFailsWhileNoNameServerAnswersNorWhenItAnswersOtherwiseAgain() throws Exception {
        ScriptedBackend one = proxy.backend(ANSWERING);
        ScriptedBackend two = proxy.backend(ANSWERING);
        names.host("a.example", 0, "127.0.0.1").service(SRV, 0, 1, 1, port(one), "a.example");
        proxy.start(yaml("[{ srv: " + SRV + " }]"));
        // A start gives names a moment, which is short where all classes are loaded just then.
        later("readiness").until(() -> proxy.server().notReady() == null);
        Endpoint first = app().endpoints().getFirst();
        Background client = Background.run(this::ask);

        names.silent(true);
        later("the outage").until(() -> proxy.metric("sluice_dns_resolutions_total", "service=app", "result=timeout") > 0);
        int before = answered.get();
        await("requests in the outage").until(() -> answered.get() > before + 50 || !failures.isEmpty());
        assertThat(app().names().getFirst().result()).isEqualTo("timeout");
        assertThat(app().names().getFirst().addresses()).containsExactly("127.0.0.1:" + port(one));
        names.service(SRV, 0, 1, 1, port(two), "a.example");
        names.silent(false);
        later("the second endpoint").until(() -> two.connections() > 0 || !failures.isEmpty());

        assertThat(app().endpoints()).hasSize(2).contains(first);
        names.forget(SRV).service(SRV, 0, 1, 1, port(two), "a.example");
        later("the first one's end").until(() -> app().endpoints().size() == 1);
        one.connection(0).awaitEnded();
        over.set(true);
        client.awaitEnd();
        assertThat(failures).isEmpty();
        assertThat(proxy.metric("sluice_dns_addresses", "service=app", "name=srv:" + SRV)).isEqualTo(1);
    }

    @Test
    void aRequestInFlightToAnAddressThatGoesEndsUndisturbed() throws Exception {
        Signal answer = new Signal();
        ScriptedBackend leaves = proxy.backend(connection -> {
            connection.request();
            answer.await();
            connection.send(Http.ok("late"));
            connection.awaitEnd();
        });
        ScriptedBackend comes = proxy.backend(ANSWERING);
        names.host("a.example", 0, "127.0.0.1").service(SRV, 0, 1, 1, port(leaves), "a.example");
        proxy.start(yaml("[{ srv: " + SRV + " }]"));
        later("readiness").until(() -> proxy.server().notReady() == null);
        RawConnection client = proxy.client();
        client.send(Http.get("/"));
        await().until(() -> leaves.connection(0).received().contains("\r\n\r\n"));

        names.forget(SRV).service(SRV, 0, 1, 1, port(comes), "a.example");
        later("the change").until(() -> app().endpoints().getFirst().text().endsWith(":" + port(comes)));
        assertThat(proxy.answerTo(Http.get("/")).text()).isEqualTo("fine");
        answer.raise();

        assertThat(client.response().text()).isEqualTo("late");
        leaves.connection(0).awaitEnded();
        client.send(Http.get("/"));
        assertThat(client.response().text()).isEqualTo("fine");
    }

    @Test
    void aNameThatIsNotThereAtTheStartIsAnswered503UntilItIs() throws Exception {
        ScriptedBackend backend = proxy.backend(ANSWERING);
        proxy.start(yaml("[\"app.example:" + port(backend) + "\"]"));

        assertThat(proxy.server().notReady()).contains("service app");
        assertThat(proxy.answerTo(Http.get("/")).status()).isEqualTo(503);
        proxy.awaitCounted("name_not_resolved");
        names.host("app.example", 60, "127.0.0.1");
        later("its address").until(() -> proxy.server().notReady() == null);

        assertThat(proxy.answerTo(Http.get("/")).text()).isEqualTo("fine");
        names.fail(ScriptedNameServer.SERVFAIL);
        assertThat(proxy.server().notReady()).isNull();
    }

    @Test
    void aStartDoesNotWaitForNameServersThatAreSilent() throws Exception {
        names.silent(true);
        long began = System.nanoTime();

        proxy.start("routes: [{ match: { path: /here }, respond: { body: here } }, { service: app }]\n"
                + yaml("[\"app.example:80\"]").replace("200ms", "20s"));

        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(10));
        assertThat(proxy.answerTo(Http.get("/here")).text()).isEqualTo("here");
        assertThat(proxy.answerTo(Http.get("/")).status()).isEqualTo(503);
    }

    @Test
    void aReloadWaitsForNewNamesAndAsksForNoOthers() throws Exception {
        ScriptedBackend one = proxy.backend(Script.answering(Http.ok("one")));
        ScriptedBackend two = proxy.backend(Script.answering(Http.ok("two")));
        names.host("one.example", 300, "127.0.0.1").host("two.example", 300, "127.0.0.1");
        proxy.start(yaml("[\"one.example:" + port(one) + "\"]"));
        later("readiness").until(() -> proxy.server().notReady() == null);
        assertThat(proxy.answerTo(Http.get("/")).text()).isEqualTo("one");
        Endpoint stays = app().endpoints().getFirst();

        proxy.reload(yaml("[\"one.example:" + port(one) + "\", \"two.example:" + port(two) + "\"]"));
        assertThat(app().endpoints()).hasSize(2);
        assertThat(app().endpoints().getFirst()).isSameAs(stays);
        proxy.reload(yaml("[\"two.example:" + port(two) + "\"]"));

        assertThat(proxy.answerTo(Http.get("/")).text()).isEqualTo("two");
        assertThat(names.questions("one.example")).isEqualTo(1);
        assertThat(names.questions("two.example")).isEqualTo(1);
        one.connection(0).awaitEnded();
    }

    @Test
    void namesOfThisMachineNeedNoNameServer() throws Exception {
        ScriptedBackend backend = proxy.backend(ANSWERING);
        names.silent(true);

        proxy.start(yaml("[\"localhost:" + port(backend) + "\"]"));

        assertThat(proxy.answerTo(Http.get("/")).text()).isEqualTo("fine");
        assertThat(app().endpoints().getFirst().text()).startsWith("127.0.0.1:");
    }

    @Test
    void checksAskByTheName() throws Exception {
        ScriptedBackend backend = proxy.backend(ANSWERING);
        names.host("app.example", 60, "127.0.0.1");

        proxy.start(yaml("[\"app.example:" + port(backend) + "\"], healthCheck: { path: /well, interval: 100ms }"));

        later("a check").until(() -> backend.connections() > 0 && backend.connection(0).received().contains("\r\n\r\n"));
        assertThat(backend.connection(0).received()).contains("\r\nHost: app.example:" + port(backend) + "\r\n");
    }

    @Test
    void anAnswerNeverLeadsToTheAdminAddress() throws Exception {
        names.host("app.example", 60, "127.0.0.1");

        proxy.start("admin: { address: \"127.0.0.1:9\" }\n" + yaml("[\"app.example:9\"]"));

        assertThat(proxy.answerTo(Http.get("/")).status()).isEqualTo(503);
        assertThat(app().endpoints()).isEmpty();
    }
}
