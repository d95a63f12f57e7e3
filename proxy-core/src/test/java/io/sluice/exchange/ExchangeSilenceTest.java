package io.sluice.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.http.ProxyError;
import io.sluice.service.Endpoint;
import io.sluice.stream.FakeBackend;
import io.sluice.telemetry.Readings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Attempts that have no answer in the time for one of several. */
class ExchangeSilenceTest {
    private ExchangeBench bench = with("retry: { attempts: 2 }");

    private static ExchangeBench with(String retry) {
        return new ExchangeBench(ExchangeBench.YAML.replace("retry: { attempts: 2 }", retry)
                .replace("responseHeaders: 60s", "responseHeaders: 60s\n  attemptResponseHeaders: 10s"));
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
        assertThat(bench.record().error()).isNull();
    }

    @Test
    void isMadeElsewhereAndTheSilentConnectionIsClosed() {
        bench.requests("GET /");
        Endpoint first = bench.connector.last().endpoint;
        FakeBackend silent = bench.opens();
        bench.pass(9);
        assertThat(silent.closed).isFalse();
        bench.pass(2);

        assertThat(silent.closed).isTrue();
        assertThat(bench.connector.last().endpoint).isNotSameAs(first);
        assertThat(first.active()).isZero();
        isServedBy(bench.opens());
        assertThat(bench.record().attempts()).isEqualTo(2);
        assertThat(Readings.retried(bench.meters(), ProxyError.ATTEMPT_TIMEOUT)).isEqualTo(1);
    }

    @Test
    void takesItsBodyAlong() {
        bench.requests("PUT /", "Content-Length: 3");
        bench.opens();
        bench.pass(11);
        bench.uploads("abc");
        bench.pass(11);
        assertThat(bench.connector.openings).as("it had not the whole request").hasSize(1);
        bench.uploadEnds();
        bench.pass(11);

        FakeBackend other = bench.opens();
        assertThat(other.body).isEqualTo("abc");
        assertThat(other.ended).isTrue();
        isServedBy(other);
    }

    @Test
    void waitsForTheLastAttemptAsLongAsAllOfThemHave() {
        bench.requests("GET /");
        bench.opens();
        bench.pass(11);
        bench.opens();
        bench.pass(11);
        FakeBackend last = bench.opens();
        bench.pass(30);
        assertThat(last.closed).isFalse();
        assertThat(bench.connector.openings).hasSize(3);
        bench.pass(10);

        assertThat(bench.client.status).isEqualTo(504);
        assertThat(bench.record().error()).isEqualTo(ProxyError.RESPONSE_HEAD_TIMEOUT);
        assertThat(Readings.retried(bench.meters(), ProxyError.ATTEMPT_TIMEOUT)).isEqualTo(2);
        assertThat(Readings.retryRefused(bench.meters(), ProxyError.ATTEMPT_TIMEOUT)).isEqualTo(1);
    }

    @Test
    void anAnswerThatComesLaterIsStillPassedOnWhereNoAttemptIsLeft() {
        bench = with("retry: { attempts: 1 }");
        bench.requests("GET /");
        bench.opens();
        bench.pass(11);
        FakeBackend last = bench.opens();
        bench.pass(40);

        isServedBy(last);
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST /", "PATCH /", "GET /single"})
    void waitsOnWhereItMayNotBeMadeElsewhere(String line) {
        bench = with("retry: { attempts: 2, on: { statuses: [503], methods: [POST, PATCH] } }");
        bench.requests(line);
        FakeBackend only = bench.opens();
        bench.pass(50);

        assertThat(bench.connector.openings).hasSize(1);
        isServedBy(only);
    }

    @Test
    void waitsOnAfterAnInterimResponse() {
        bench.requests("GET /");
        FakeBackend only = bench.opens();
        only.says("HTTP/1.1 103 Early Hints");
        bench.pass(50);

        assertThat(bench.connector.openings).hasSize(1);
        isServedBy(only);
    }

    @Test
    void waitsOnWhenTheBudgetIsUsedUp() {
        bench = with("retry: { attempts: 2, budget: { percent: 0, min: 0 } }");
        bench.requests("GET /");
        FakeBackend only = bench.opens();
        bench.pass(50);

        isServedBy(only);
        assertThat(Readings.retryRefused(bench.meters(), ProxyError.ATTEMPT_TIMEOUT)).isEqualTo(1);
    }

    @Test
    void leavesAResponseAloneThatHasBegun() {
        bench.requests("GET /");
        FakeBackend only = bench.opens();
        only.says("HTTP/1.1 200 OK", "Content-Length: 2");
        bench.pass(30);
        only.saysBody("ok");
        only.saysEnd();

        assertThat(bench.client.body).isEqualTo("ok");
        assertThat(bench.connector.openings).hasSize(1);
    }
}
