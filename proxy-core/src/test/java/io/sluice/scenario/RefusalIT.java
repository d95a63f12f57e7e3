package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What two implementations could read differently is refused, costs its own connection, and reaches nobody. */
@Scenario
final class RefusalIT {
    @RegisterExtension
    final ProxyUnderTest proxy = new ProxyUnderTest();

    @ParameterizedTest(name = "{0}")
    @MethodSource("io.sluice.scenario.Refusal#requestLines")
    void refusesARequestLineWith(Refusal refusal) throws Exception {
        refuses(refusal);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("io.sluice.scenario.Refusal#fields")
    void refusesFieldsWith(Refusal refusal) throws Exception {
        refuses(refusal);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("io.sluice.scenario.Refusal#framings")
    void refusesFramingBy(Refusal refusal) throws Exception {
        refuses(refusal);
    }

    private void refuses(Refusal refusal) throws Exception {
        ScriptedBackend backend = proxy.backend(Script.answering(Http.ok("reached the backend")));
        proxy.start(backend);
        RawConnection client = proxy.client();

        client.send(refusal.bytes() + Http.get("/behind"));
        Message answer = client.response();

        assertThat(answer.status()).as(answer.toString()).isEqualTo(refusal.status());
        assertThat(answer.value("Connection")).isEqualToIgnoringCase("close");
        client.awaitClose();
        await("counted as one of " + refusal.words()).untilAsserted(() -> assertThat(counted(refusal)).isEqualTo(1));
        assertThat(backend.connections()).isZero();
    }

    private double counted(Refusal refusal) {
        return refusal.words().stream().mapToDouble(word -> proxy.metric("sluice_errors_total", "error=" + word)).sum();
    }

    @Test
    void answersTheValidRequestBeforeABadOneFirst() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.answering(Http.ok("good")));
        proxy.start(backend);
        RawConnection client = proxy.client();

        client.send(Http.get("/good") + "BAD\r\n\r\n" + Http.get("/after"));

        assertThat(client.response().text()).isEqualTo("good");
        assertThat(client.response().status()).isEqualTo(400);
        client.awaitClose();
        proxy.settle();
        assertThat(backend.connection(0).received()).doesNotContain("BAD", "/after");
    }

    @Test
    void refusesAHeadThatNeverEndsAsSoonAsItIsTooLarge() throws Exception {
        proxy.start(proxy.backend(Script.silent()));
        RawConnection client = proxy.client();

        client.send("GET / HTTP/1.1\r\nHost: site.test\r\nX-Endless: " + "e".repeat(33_000));

        assertThat(client.response().status()).isEqualTo(431);
        client.awaitClose();
    }

    @Test
    void refusesATargetThatNeverEndsAsSoonAsItIsTooLong() throws Exception {
        proxy.start(proxy.backend(Script.silent()));
        RawConnection client = proxy.client();

        client.send("GET /" + "t".repeat(17_000));

        assertThat(client.response().status()).isEqualTo(414);
        client.awaitClose();
    }

    @Test
    void getsItsLastAnswerThroughToAClientThatGoesOnSending() throws Exception {
        proxy.start(proxy.backend(Script.silent()));
        RawConnection client = proxy.client();

        // RFC 9112 §9.6: closing with unread bytes would reset the connection and destroy the answer.
        client.send("BAD\r\n\r\n" + "more of it".repeat(3000));

        assertThat(client.response().status()).isEqualTo(400);
        client.awaitEnd();
    }
}
