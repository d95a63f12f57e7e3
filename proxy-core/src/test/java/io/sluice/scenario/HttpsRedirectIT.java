package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A plain listener that leads its clients to TLS. */
@BothVersions
final class HttpsRedirectIT {
    private static final String YAML = """
            listeners: [{ name: web, address: "127.0.0.1:0", redirectToHttps: %s, hsts: {} }]
            """;

    @RegisterExtension
    final ProxyUnderTest proxy;

    HttpsRedirectIT(Relaying relaying) {
        proxy = new ProxyUnderTest(relaying);
    }

    @Test
    void redirectsEachRequestOfAConnectionButTheAuthoritys() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.answering(Http.ok("challenge")));
        proxy.start(YAML.formatted("true"), backend);
        RawConnection client = proxy.client();

        client.send(Http.get("/a%20b?c=d"));
        Message first = client.response();
        client.send(Http.post("/form", "some text"));
        Message second = client.response();
        client.send(Http.get("/.well-known/acme-challenge/token"));
        Message third = client.response();
        client.send(Http.request("HEAD / HTTP/1.1"));
        Message last = client.bodilessResponse();

        assertThat(first.status()).isEqualTo(308);
        assertThat(first.value("Location")).isEqualTo("https://site.test/a%20b?c=d");
        assertThat(first.value("Content-Length")).isEqualTo("0");
        assertThat(first.values("Strict-Transport-Security")).isEmpty();
        assertThat(second.value("Location")).isEqualTo("https://site.test/form");
        assertThat(third.text()).isEqualTo("challenge");
        assertThat(third.values("Strict-Transport-Security")).isEmpty();
        assertThat(last.status()).isEqualTo(308);
        proxy.awaitMetric(3, "sluice_requests_total", "route=-", "code=3xx");
        assertThat(backend.connection(0).received()).contains("acme-challenge").doesNotContain("/form");
    }

    @Test
    void aReloadChangesItForOpenConnectionsToo() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.answering(Http.ok("plain")));
        proxy.start(YAML.formatted("false"), backend);
        RawConnection client = proxy.client();
        client.send(Http.get("/"));
        assertThat(client.response().text()).isEqualTo("plain");

        proxy.reload(YAML.formatted("{ status: 307, port: 8443 }"), backend);

        client.send(Http.get("/"));
        Message answer = client.response();
        assertThat(answer.status()).isEqualTo(307);
        assertThat(answer.value("Location")).isEqualTo("https://site.test:8443/");
    }

    @OnlyHttp1("a request of HTTP/2 can't say that it is one of HTTP/1.0")
    @Test
    void namesTheAddressThatWasCalledToAClientThatNamesNone() throws Exception {
        proxy.start(YAML.formatted("true"), proxy.backend(Script.silent()));

        Message answer = proxy.answerTo("GET /x HTTP/1.0\r\n\r\n");

        assertThat(answer.value("Location")).isEqualTo("https://127.0.0.1/x");
    }
}
