package io.sluice.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.http.ProxyError;
import io.sluice.stream.FakeBackend;
import io.sluice.telemetry.Readings;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers after which a request is made again, as its route says. */
class ExchangeAnswerRetryTest {
    private static final String ON = "retry: { attempts: 2, on: { statuses: [429, 502-504] } }";
    private static final String UNAVAILABLE = "HTTP/1.1 503 Service Unavailable";

    private ExchangeBench bench = with(ON);

    private static ExchangeBench with(String retry) {
        return new ExchangeBench(ExchangeBench.YAML.replace("retry: { attempts: 2 }", retry));
    }

    @AfterEach
    void nothingIsLeft() {
        bench.nothingIsLeft();
    }

    private void isServedBy(FakeBackend backend) {
        backend.says("HTTP/1.1 200 OK", "Content-Length: 2");
        backend.saysBody("ok");
        backend.saysEnd();
        assertThat(bench.client.body).isEqualTo("ok");
        assertThat(bench.client.status).isEqualTo(200);
        assertThat(bench.record().error()).isNull();
    }

    private void unavailable(FakeBackend backend, String... fields) {
        String[] lines = new String[fields.length + 2];
        lines[0] = UNAVAILABLE;
        lines[1] = "Content-Length: 4";
        System.arraycopy(fields, 0, lines, 2, fields.length);
        backend.saysHead(lines);
        backend.saysBody("busy");
        if (!backend.closed) {
            backend.saysEnd();
        }
    }

    private void wasPassedOn() {
        assertThat(bench.client.status).isEqualTo(503);
        assertThat(bench.client.body).isEqualTo("busy");
        assertThat(bench.record().error()).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"429 Too Many Requests", "502 Bad Gateway", "503 Busy", "504 Gateway Timeout"})
    void isMadeAgainElsewhere(String status) {
        bench.requests("GET /");
        FakeBackend first = bench.opens();
        first.says("HTTP/1.1 " + status, "Content-Length: 4");
        assertThat(bench.client.events).as("nothing was passed on").isEmpty();

        FakeBackend second = bench.opens();
        assertThat(second).isNotSameAs(first);
        assertThat(first.closed).as("its body did not come at once").isTrue();
        isServedBy(second);
        assertThat(bench.record().attempts()).isEqualTo(2);
        assertThat(bench.record().status()).isEqualTo(200);
        assertThat(Readings.retried(bench.meters(), ProxyError.BACKEND_STATUS)).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"200 OK", "404 Not Found", "500 Internal Server Error", "501 Not Implemented"})
    void isNotForOtherAnswers(String status) {
        bench.requests("GET /");
        FakeBackend only = bench.opens();
        only.says("HTTP/1.1 " + status, "Content-Length: 0");
        only.saysEnd();

        assertThat(bench.client.status).isEqualTo(Integer.parseInt(status.substring(0, 3)));
        assertThat(bench.connector.openings).hasSize(1);
    }

    @Test
    void keepsTheConnectionOfAnAnswerThatCameWhole() {
        bench.requests("GET /");
        FakeBackend first = bench.opens();
        first.saysHead(UNAVAILABLE, "Content-Length: 0");
        first.saysEnd();

        assertThat(first.closed).isFalse();
        assertThat(Readings.of(bench.metrics.pool("app")).idle()).isEqualTo(1);
        isServedBy(bench.opens());
    }

    @Test
    void goesOnThoughTheConnectionOfTheDroppedAnswerDies() {
        bench.requests("GET /");
        FakeBackend first = bench.opens();
        first.saysHead(UNAVAILABLE, "Content-Length: 4");
        first.isGone(ProxyError.RESPONSE_TRUNCATED);

        isServedBy(bench.opens());
    }

    @Test
    void passesTheLastAnswerOnWhenAttemptsAreUsedUp() {
        bench.requests("GET /");
        for (int i = 0; i < 3; i++) {
            assertThat(bench.client.status).isZero();
            unavailable(bench.opens());
        }

        wasPassedOn();
        assertThat(bench.connector.openings).hasSize(3);
        assertThat(bench.record().attempts()).isEqualTo(3);
        assertThat(Readings.retried(bench.meters(), ProxyError.BACKEND_STATUS)).isEqualTo(2);
        assertThat(Readings.retryRefused(bench.meters(), ProxyError.BACKEND_STATUS)).isEqualTo(1);
    }

    @Test
    void passesTheAnswerOnWhenTheBudgetIsUsedUp() {
        bench = with("retry: { attempts: 2, on: { statuses: [503] }, budget: { percent: 0, min: 0 } }");
        bench.requests("GET /");
        unavailable(bench.opens());

        wasPassedOn();
        assertThat(Readings.retryRefused(bench.meters(), ProxyError.BACKEND_STATUS)).isEqualTo(1);
    }

    @Test
    void passesTheAnswerOnWhereThereIsNoOtherEndpointAndNobodySaidWhen() {
        bench.requests("GET /single");
        unavailable(bench.opens());

        wasPassedOn();
    }

    @Test
    void makesNothingAgainWhereItIsOff() {
        bench = with("retry: { attempts: 2 }");
        bench.requests("GET /");
        unavailable(bench.opens());

        wasPassedOn();
    }

    @Test
    void makesNothingAgainAfterAnInterimResponse() {
        bench.requests("GET /");
        FakeBackend first = bench.opens();
        first.says("HTTP/1.1 103 Early Hints");
        unavailable(first);

        wasPassedOn();
    }

    // ---- bodies and methods ----

    @Test
    void sendsABodyAgain() {
        bench.requests("PUT /", "Content-Length: 6");
        FakeBackend first = bench.opens();
        bench.uploads("abc");
        bench.uploads("def");
        bench.uploadEnds();
        unavailable(first);

        FakeBackend second = bench.opens();
        assertThat(second.body).isEqualTo("abcdef");
        isServedBy(second);
    }

    @Test
    void goesOnWithABodyThatHadNotEnded() {
        bench.requests("PUT /", "Content-Length: 6");
        FakeBackend first = bench.opens();
        bench.uploads("abc");
        first.saysHead(UNAVAILABLE, "Content-Length: 0");
        first.saysEnd();
        assertThat(first.closed).as("it might wait for the rest").isTrue();
        bench.uploads("def");
        bench.uploadEnds();

        FakeBackend second = bench.opens();
        assertThat(second.body).isEqualTo("abcdef");
        isServedBy(second);
    }

    @Test
    void passesTheAnswerOnWhereTheBodyWasTooLongToBeKept() {
        bench.requests("PUT /", "Content-Length: 70000");
        FakeBackend first = bench.opens();
        bench.uploads("abc");
        unavailable(first);

        wasPassedOn();
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PATCH"})
    void isForOtherMethodsOnlyIfTheRouteSaysSo(String method) {
        bench.requests(method + " /", "Content-Length: 3");
        FakeBackend first = bench.opens();
        bench.uploads("abc");
        bench.uploadEnds();
        unavailable(first);
        wasPassedOn();
        bench.nothingIsLeft();

        bench = with("retry: { attempts: 2, on: { statuses: [503], methods: [POST, PATCH] } }");
        bench.requests(method + " /", "Content-Length: 3");
        FakeBackend busy = bench.opens();
        bench.uploads("abc");
        bench.uploadEnds();
        unavailable(busy);
        FakeBackend other = bench.opens();
        assertThat(other.body).isEqualTo("abc");
        isServedBy(other);
    }

    @Test
    void neverSendsAPostAgainThatGotNoAnswer() {
        bench = with("retry: { attempts: 2, on: { statuses: [503], methods: [POST] } }");
        bench.requests("POST /", "Content-Length: 3");
        FakeBackend first = bench.opens();
        bench.uploads("abc");
        bench.uploadEnds();
        first.isGone(ProxyError.BACKEND_CLOSED);

        assertThat(bench.connector.openings).hasSize(1);
        assertThat(bench.client.status).isEqualTo(502);
    }

    @Test
    void answersForABackendThatCanNotBeReachedAfterADroppedAnswer() {
        bench.requests("GET /");
        unavailable(bench.opens());
        bench.connector.last().fails(ProxyError.CONNECT_FAILED);
        bench.connector.last().fails(ProxyError.CONNECT_FAILED);

        assertThat(bench.client.status).isEqualTo(502);
        assertThat(bench.record().error()).isEqualTo(ProxyError.CONNECT_FAILED);
        assertThat(bench.record().attempts()).as("all together").isEqualTo(3);
    }

    // ---- Retry-After ----

    @Test
    void waitsAsLongAsTheAnswerSays() {
        bench.requests("GET /");
        unavailable(bench.opens(), "Retry-After: 2");
        assertThat(bench.connector.openings).hasSize(1);
        bench.time.pass(Duration.ofMillis(1_900));
        assertThat(bench.connector.openings).hasSize(1);
        bench.time.pass(Duration.ofMillis(200));

        isServedBy(bench.opens());
        assertThat(Duration.ofNanos(bench.record().queueNanos())).isBetween(Duration.ofSeconds(2), Duration.ofMillis(2_200));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "00"})
    void goesAtOnceWhereItMay(String value) {
        bench.requests("GET /");
        unavailable(bench.opens(), "Retry-After: " + value);

        isServedBy(bench.opens());
    }

    @Test
    void asksTheOnlyEndpointAgainThatSaidWhen() {
        bench.requests("GET /single");
        unavailable(bench.opens(), "Retry-After: 1");
        bench.time.pass(Duration.ofMillis(1_100));

        isServedBy(bench.opens());
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "Retry-After: 6", "Retry-After: 999999999", "Retry-After: 99999999999999999999", "Retry-After: -1",
        "Retry-After: 1.5", "Retry-After: 1, 2", "Retry-After: soon", "Retry-After: ", "Retry-After: 0x1",
        "Retry-After: Fri, 31 Dec 1999 23:59:59 GMT", "Retry-After: 1|Retry-After: 1"})
    void passesAnAnswerOnThatSaysLaterOrUnclearly(String fields) {
        bench.requests("GET /");
        unavailable(bench.opens(), fields.split("\\|"));

        wasPassedOn();
        assertThat(bench.connector.openings).hasSize(1);
    }

    @Test
    void looksAtNoRetryAfterWhereThatIsOff() {
        bench = with("retry: { attempts: 2, on: { statuses: [503], retryAfter: \"off\" } }");
        bench.requests("GET /");
        unavailable(bench.opens(), "Retry-After: 3600");

        isServedBy(bench.opens());
    }

    @ParameterizedTest
    @CsvSource({"request: none, request: 2s", "responseHeaders: 60s, responseHeaders: 2s"})
    void passesAnAnswerOnWhereTheRequestHasNotSoMuchTimeLeft(String before, String after) {
        bench = new ExchangeBench(ExchangeBench.YAML.replace("retry: { attempts: 2 }", ON).replace(before, after));
        bench.requests("GET /");
        unavailable(bench.opens(), "Retry-After: 3");

        wasPassedOn();
    }

    @Test
    void allAttemptsTogetherHaveTheTimeThatThereIsForAnAnswer() {
        bench.requests("GET /");
        FakeBackend first = bench.opens();
        bench.pass(40);
        unavailable(first);
        bench.opens();
        bench.pass(25);

        assertThat(bench.client.status).isEqualTo(504);
        assertThat(bench.record().error()).isEqualTo(ProxyError.RESPONSE_HEAD_TIMEOUT);
    }

    @Test
    void endsWhenTheClientLeavesBetweenTwoAttempts() {
        bench.requests("PUT /", "Content-Length: 3");
        FakeBackend first = bench.opens();
        bench.uploads("abc");
        bench.uploadEnds();
        unavailable(first, "Retry-After: 2");
        bench.exchange.onClientGone(ProxyError.CLIENT_GONE);
        bench.pass(5);

        assertThat(bench.connector.openings).hasSize(1);
        assertThat(bench.record().bytesToBackend()).isEqualTo(3);
    }

    @Test
    void endsWhenADeadlineComesBetweenTwoAttempts() {
        bench = new ExchangeBench(ExchangeBench.YAML.replace("retry: { attempts: 2 }", ON).replace("request: none", "request: 10s"));
        bench.requests("PUT /", "Content-Length: 6");
        FakeBackend first = bench.opens();
        bench.uploads("abc");
        bench.pass(5);
        bench.time.pass(Duration.ofMillis(1));
        unavailable(first, "Retry-After: 4");
        bench.uploads("d");
        assertThat(bench.client.paused).as("held").isTrue();
        bench.time.pass(Duration.ofMillis(4_100));
        assertThat(bench.connector.openings).hasSize(2);
        bench.pass(5);

        assertThat(bench.client.status).isEqualTo(504);
    }

    @Test
    void tellsBreakerAndEjectionOfEachAnswer() {
        bench = new ExchangeBench(ExchangeBench.YAML.replace("retry: { attempts: 2 }", ON).replace(
                "pool: { maxPerEndpoint: 3 }", "circuitBreaker: { minRequests: 2, errorPercent: 100 }"));
        bench.requests("GET /");
        unavailable(bench.opens());
        unavailable(bench.opens());

        wasPassedOn();
        assertThat(bench.service("app").breaker().opened()).isEqualTo(1);
        assertThat(List.of(bench.connector.openings.size())).as("an open breaker is not asked").containsExactly(2);
    }
}
