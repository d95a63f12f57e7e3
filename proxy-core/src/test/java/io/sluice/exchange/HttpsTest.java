package io.sluice.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.stream.FakeBackend;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is led to TLS, and told to stay there. */
final class HttpsTest {
    private static final String HSTS = "Strict-Transport-Security: ";

    private static ExchangeBench bench(String listener, String route) {
        return new ExchangeBench(ExchangeBench.YAML
                .replace("address: 127.0.0.1:8080 }", "address: 127.0.0.1:8080, " + listener + " }")
                .replace("match: { path: / }, service: app }", "match: { path: / }, service: app" + route + " }"));
    }

    private static ExchangeBench asks(String listener, Consumer<ExchangeBench> prepare, String line, String... fields) {
        ExchangeBench bench = bench(listener, "");
        prepare.accept(bench);
        bench.requests(line, fields);
        return bench;
    }

    // ---- the redirect ----

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "true | GET /a/b?c=d&e=%20 | 308 | https://a.example/a/b?c=d&e=%20",
        "{} | GET / | 308 | https://a.example/",
        "{ status: 301, port: 8443 } | POST //b.example/x | 301 | https://a.example:8443//b.example/x",
        "{ status: 307 } | OPTIONS * | 307 | https://a.example/",
        "true | GET http://c.example:81/x?y | 308 | https://c.example/x?y",
        "true | GET http://[::1]:81/x | 308 | https://[::1]/x",
        "true | GET /.well-known/acme-challenge/../a | 308 | https://a.example/.well-known/acme-challenge/../a",
        "true | GET /.well-known/acme-challengers | 308 | https://a.example/.well-known/acme-challengers",
        "true | GET /no/such/route/x/../%2e | 308 | https://a.example/no/such/route/x/../%2e"})
    void leadsAwayToTheSameHostAndTarget(String redirect, String line, int status, String location) {
        String[] host = line.contains("http://") ? new String[0] : new String[] {"X: y"};
        ExchangeBench bench = asks("redirectToHttps: " + redirect, _ -> {}, line, host);

        assertThat(bench.client.status).isEqualTo(status);
        assertThat(bench.client.fields).isEqualTo("Location: " + location + "\r\n");
        assertThat(bench.client.body).isEmpty();
        assertThat(bench.connector.openings).isEmpty();
        bench.nothingIsLeft();
    }

    @Test
    void asksForNoBodyItDoesNotRead() {
        ExchangeBench bench = asks("redirectToHttps: true", it -> it.client.shortRest = false, "POST /limited", "Content-Length: 500");

        assertThat(bench.client.status).isEqualTo(308);
        assertThat(bench.client.closingAtHead).isTrue();
        bench.nothingIsLeft();
    }

    private static void stays(String listener, Consumer<ExchangeBench> prepare, String line, String... fields) {
        ExchangeBench bench = asks(listener, prepare, line, fields);
        FakeBackend backend = bench.opens();
        backend.says("HTTP/1.1 200 OK", "Content-Length: 0");
        backend.saysEnd();

        assertThat(bench.client.status).isEqualTo(200);
        bench.nothingIsLeft();
    }

    @Test
    void leavesToRoutesWhatMustNotBeLedAway() {
        stays("redirectToHttps: true", _ -> {}, "GET /.well-known/acme-challenge/token");
        stays("redirectToHttps: true", it -> it.client.secure = true, "GET /");
        stays("redirectToHttps: true", it -> it.client.trusted = true, "GET /", "X-Forwarded-Proto: HTTPS");
        stays("redirectToHttps: false", _ -> {}, "GET /");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "https, http", ""})
    void believesOnlyTrustedProxiesAndOnlyWhatIsClear(String proto) {
        assertThat(asks("redirectToHttps: true", it -> it.client.trusted = true, "GET /", "X-Forwarded-Proto: " + proto)
                .client.status).isEqualTo(308);
        assertThat(asks("redirectToHttps: true", _ -> {}, "GET /", "X-Forwarded-Proto: https").client.status).isEqualTo(308);
    }

    // ---- HSTS ----

    private static String answered(ExchangeBench bench, boolean secure) {
        bench.client.secure = secure;
        bench.requests("GET /");
        FakeBackend backend = bench.opens();
        backend.says("HTTP/1.1 200 OK", "Content-Length: 0", "strict-transport-security: max-age=1");
        backend.saysEnd();
        bench.nothingIsLeft();
        return bench.client.fields;
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{} | max-age=31536000", "{ maxAge: 0s } | max-age=0",
        "{ maxAge: 400d, includeSubDomains: true, preload: true } | max-age=34560000; includeSubDomains; preload"})
    void tellsClientsToStayInPlaceOfTheBackend(String hsts, String value) {
        String fields = answered(bench("hsts: " + hsts, ""), true);

        assertThat(fields).contains(HSTS + value + "\r\n").doesNotContain("max-age=1\r\n");
    }

    @Test
    void aRoutesOwnWordsCountMore() {
        assertThat(answered(bench("hsts: {}", ", hsts: { maxAge: 1h }"), true)).contains(HSTS + "max-age=3600\r\n");
        assertThat(answered(bench("halfClose: abort", ", hsts: { maxAge: 1h }"), true)).contains(HSTS + "max-age=3600\r\n");
    }

    @Test
    void saysNothingOverAPlainConnectionOrWhereNothingIsConfigured() {
        assertThat(answered(bench("hsts: {}", ""), false)).doesNotContain(HSTS).contains("strict-transport-security: max-age=1");
        assertThat(answered(bench("halfClose: abort", ""), true)).doesNotContain(HSTS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/hello", "/old", "/denied"})
    void saysItWithAnswersOfOursToo(String path) {
        ExchangeBench bench = asks("hsts: {}", it -> it.client.secure = true, "GET " + path);

        assertThat(bench.client.fields).contains(HSTS + "max-age=31536000\r\n");
        bench.nothingIsLeft();
    }
}
