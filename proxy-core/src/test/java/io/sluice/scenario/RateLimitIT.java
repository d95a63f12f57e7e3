package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Routes that take only so many requests of each client. */
@BothVersions
final class RateLimitIT {
    @RegisterExtension
    final ProxyUnderTest proxy;

    RateLimitIT(Relaying relaying) {
        proxy = new ProxyUnderTest(relaying);
    }

    private ScriptedBackend start(String rateLimit, String top, String... ofTheRoute) throws Exception {
        ScriptedBackend backend = proxy.backend(Script.answering(Http.ok("ok")));
        proxy.start("""
                routes:
                  - { name: settle, match: { path: /settle }, respond: { body: settled } }
                  - { name: limited, match: { path: /limited/ }, service: app, rateLimit: %s%s }
                  - { name: all, service: app }
                """.formatted(rateLimit, String.join("", ofTheRoute)) + top, backend);
        return backend;
    }

    @Test
    void refusesWhatComesTooOftenAndSaysWhenToComeAgain() throws Exception {
        start("{ rate: 2/m }", "");
        RawConnection client = proxy.client();

        for (int i = 0; i < 2; i++) {
            client.send(Http.get("/limited/"));
            assertThat(client.response().status()).isEqualTo(200);
        }
        client.send(Http.get("/limited/"));
        Message refused = client.response();

        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.value("Retry-After")).isEqualTo("30");
        assertThat(refused.text()).isEqualTo("429 rate_limited\n");
        proxy.awaitCounted("rate_limited");
        // The connection goes on, and other routes know nothing of it.
        client.send(Http.get("/"));
        assertThat(client.response().status()).isEqualTo(200);
    }

    @Test
    void countsEachAddressThatATrustedProxyNames() throws Exception {
        start("{ rate: 1/h }", "trustedProxies: [127.0.0.0/8]\n");

        assertThat(proxy.answerTo(Http.get("/limited/", "X-Forwarded-For: 192.0.2.1")).status()).isEqualTo(200);
        assertThat(proxy.answerTo(Http.get("/limited/", "X-Forwarded-For: 192.0.2.2")).status()).isEqualTo(200);
        assertThat(proxy.answerTo(Http.get("/limited/", "X-Forwarded-For: 192.0.2.1")).status()).isEqualTo(429);
    }

    @Test
    void takesNoClaimOfAStrangersForAnotherAddress() throws Exception {
        start("{ rate: 1/h }", "");

        assertThat(proxy.answerTo(Http.get("/limited/", "X-Forwarded-For: 192.0.2.1")).status()).isEqualTo(200);
        assertThat(proxy.answerTo(Http.get("/limited/", "X-Forwarded-For: 192.0.2.2")).status()).isEqualTo(429);
    }

    @Test
    void countsEachValueOfAHeaderAlsoOneThatFiltersRemove() throws Exception {
        ScriptedBackend backend = start("{ rate: 1/h, key: header X-Api-Key }", "",
                ", filters: [{ requestHeaders: { remove: [X-Api-Key] } }]");

        assertThat(proxy.answerTo(Http.get("/limited/", "X-Api-Key: a")).status()).isEqualTo(200);
        assertThat(proxy.answerTo(Http.get("/limited/", "X-Api-Key: b")).status()).isEqualTo(200);
        assertThat(proxy.answerTo(Http.get("/limited/", "X-Api-Key: a")).status()).isEqualTo(429);
        assertThat(proxy.answerTo(Http.get("/limited/")).status()).isEqualTo(200);
        assertThat(backend.connection(0).received()).doesNotContainIgnoringCase("X-Api-Key");
    }

    @OnlyHttp1("HTTP/2 has no field that names others (RFC 9113 §8.2.2); Http2ClientMalformedIT sends one")
    @Test
    void takesAKeyThatIsMadeHopByHopForNone() throws Exception {
        ScriptedBackend backend = start("{ rate: 1/h, key: header X-Api-Key }", "");

        assertThat(proxy.answerTo(Http.get("/limited/")).status()).isEqualTo(200);
        assertThat(proxy.answerTo(Http.get("/limited/", "Connection: X-Api-Key", "X-Api-Key: c")).status()).isEqualTo(429);
        assertThat(backend.connection(0).received()).doesNotContain("X-Api-Key");
    }

    @Test
    void takesNothingForWhoIsDenied() throws Exception {
        start("{ rate: 1/h, key: none }", """
                trustedProxies: [127.0.0.0/8]
                """, ", filters: [{ deny: [192.0.2.1] }]");

        assertThat(proxy.answerTo(Http.get("/limited/", "X-Forwarded-For: 192.0.2.1")).status()).isEqualTo(403);
        assertThat(proxy.answerTo(Http.get("/limited/")).status()).isEqualTo(200);
        assertThat(proxy.answerTo(Http.get("/limited/")).status()).isEqualTo(429);
    }

    @Test
    void closesTheConnectionOnlyBehindABodyThatNobodyReads() throws Exception {
        start("{ rate: 1/h, key: none, burst: 1 }", "");
        RawConnection client = proxy.client();
        client.send(Http.post("/limited/", "body"));
        assertThat(client.response().status()).isEqualTo(200);

        client.send(Http.post("/limited/", "body"));
        assertThat(client.response().status()).isEqualTo(429);
        client.send(Http.post("/", "body"));

        assertThat(client.response().status()).isEqualTo(200);
    }
}
