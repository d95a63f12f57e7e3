package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Routes and filters, from a client's request to what a backend sees. */
@BothVersions
final class RoutingIT {
    private static final String ROUTES = """
            routes:
              - { name: settle, match: { path: /settle }, respond: { status: 200, body: settled } }
              - { name: api, match: { host: api.test, path: /v1/ }, service: api, filters: [
                  { stripPrefix: /v1 },
                  { requestHeaders: { set: { X-Env: prod }, remove: [X-Debug] } },
                  { responseHeaders: { set: { X-Served-By: sluice }, remove: [Server] } } ] }
              - { name: private, match: { path: /private/ }, service: app, filters: [ { deny: [127.0.0.0/8] } ] }
              - { name: moved, match: { path: /old }, redirect: { location: "/new?x=1", status: 308 } }
              - { name: health, match: { path: /healthz }, respond: { status: 200, body: fine, contentType: text/x } }
              - { name: gone, match: { path: /gone }, respond: { status: 410 } }
              - { name: site, match: { host: site.test, path: /site/ }, service: app }
            services:
              app: { endpoints: [${0}] }
              api: { endpoints: [${1}] }
            """;

    @RegisterExtension
    final ProxyUnderTest proxy;

    private ScriptedBackend app;
    private ScriptedBackend api;

    RoutingIT(Relaying relaying) {
        proxy = new ProxyUnderTest(relaying);
    }

    @BeforeEach
    void starts() throws Exception {
        app = proxy.backend(Script.answering(Http.ok("app")));
        api = proxy.backend(Script.answering(Http.ok("api", "Server: secret")));
        proxy.start(ROUTES, app, api);
    }

    @Test
    void takesTheRouteOfHostAndPathAndAppliesItsFilters() throws Exception {
        Message answer = proxy.answerTo("GET /v1/users?id=7 HTTP/1.1\r\nHost: api.test\r\nX-Debug: 1\r\nX-Env: dev\r\n\r\n");

        assertThat(answer.text()).isEqualTo("api");
        assertThat(answer.value("X-Served-By")).isEqualTo("sluice");
        assertThat(answer.values("Server")).isEmpty();
        Message request = Message.ofHead(api.connection(0).received());
        assertThat(request.startLine()).isEqualTo("GET /users?id=7 HTTP/1.1");
        assertThat(request.value("X-Env")).isEqualTo("prod");
        assertThat(request.values("X-Debug")).isEmpty();
    }

    @Test
    void answers404WhereNoRouteMatches() throws Exception {
        RawConnection client = proxy.client();

        client.send(Http.get("/nowhere"));
        assertThat(client.response().status()).isEqualTo(404);
        client.send(Http.get("/settle"));

        assertThat(client.response().text()).isEqualTo("settled");
        proxy.awaitCounted("no_route");
    }

    @Test
    void answers403ToADeniedAddress() throws Exception {
        assertThat(proxy.answerTo(Http.get("/private/x")).status()).isEqualTo(403);

        proxy.awaitCounted("address_denied");
        assertThat(app.connections()).isZero();
    }

    @Test
    void redirects() throws Exception {
        Message answer = proxy.answerTo(Http.get("/old"));

        assertThat(answer.status()).isEqualTo(308);
        assertThat(answer.value("Location")).isEqualTo("/new?x=1");
        assertThat(answer.value("Content-Length")).isEqualTo("0");
    }

    @Test
    void respondsByItself() throws Exception {
        Message answer = proxy.answerTo(Http.get("/healthz"));

        assertThat(answer.text()).isEqualTo("fine");
        assertThat(answer.value("Content-Type")).isEqualTo("text/x");
        assertThat(answer.value("Date")).isNotBlank();
        assertThat(proxy.answerTo(Http.get("/gone")).startLine()).startsWith("HTTP/1.1 410 ");
    }

    @Test
    void respondsToHeadWithoutABody() throws Exception {
        RawConnection client = proxy.client();

        client.send(Http.request("HEAD /healthz HTTP/1.1") + Http.get("/healthz"));

        assertThat(client.bodilessResponse().value("Content-Length")).isEqualTo("4");
        assertThat(client.response().text()).isEqualTo("fine");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "/site/../private/x", "/site/%2e%2e/private/x", "/site/%2E./private/x", "//private/x", "/site/..%2fprivate/x",
        "/site/..;/private/x", "/%70rivate/x", "/site\\..\\private\\x", "/./private/x", "/private%2fx"
    })
    void neverLetsAPathSlipPastARoute(String path) throws Exception {
        Message answer = proxy.answerTo(Http.get(path));

        if (answer.status() == 200) {
            // Then it was forwarded as the site's, and must stay the site's in every reading.
            assertThat(Message.ofHead(app.connection(0).received()).startLine()).doesNotContain("private");
        } else {
            assertThat(answer.status()).isIn(400, 403, 404);
            assertThat(app.connections()).isZero();
        }
    }

    @Test
    void refusesAPathWhoseReadingsTakeDifferentRoutes() throws Exception {
        assertThat(proxy.answerTo(Http.get("/site/%2e%2e/private/x")).status()).isEqualTo(400);

        proxy.awaitCounted("ambiguous_path");
        assertThat(app.connections()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"API.TEST", "api.test:8080", "Api.Test:80"})
    void comparesHostsAsNamesWithoutTheirPort(String host) throws Exception {
        assertThat(proxy.answerTo("GET /v1/x HTTP/1.1\r\nHost: " + host + "\r\n\r\n").text()).isEqualTo("api");
    }

    @OnlyHttp1("a request of HTTP/2 can't say that it is one of HTTP/1.0")
    @Test
    void routesHttp10WithoutHost() throws Exception {
        assertThat(proxy.answerTo("GET /healthz HTTP/1.0\r\n\r\n").text()).isEqualTo("fine");
        assertThat(proxy.answerTo("GET /site/ HTTP/1.0\r\n\r\n").status()).isEqualTo(404);
    }
}
