package io.sluice.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.sluice.config.RetryConfig;
import io.sluice.http.ProxyError;
import io.sluice.service.Endpoint;
import io.sluice.stream.FakeBackend;
import io.sluice.telemetry.ExchangeRecord.Relay;
import io.sluice.telemetry.Readings;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Exchanges whose backend fails them: not to be reached, gone before or within its answer, or no HTTP. */
class ExchangeFailureTest {
    private final ExchangeBench bench = new ExchangeBench();

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

    // ---- no connection ----

    @ParameterizedTest
    @ValueSource(strings = {"GET", "POST"})
    void triesAnotherEndpointWhateverTheMethodIfTheFirstCanNotBeReached(String method) {
        bench.requests(method + " /");
        Endpoint first = bench.connector.last().endpoint;
        bench.connector.last().fails(ProxyError.CONNECT_FAILED);

        assertThat(bench.connector.openings).hasSize(2);
        assertThat(bench.connector.last().endpoint).isNotSameAs(first);
        assertThat(first.active()).isZero();
        assertThat(first.connections()).isZero();
        isServedBy(bench.opens());
        assertThat(bench.record().attempts()).isEqualTo(2);
        assertThat(Readings.retried(bench.meters(), ProxyError.CONNECT_FAILED)).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(value = ProxyError.class, names = {"CONNECT_FAILED", "CONNECT_TIMEOUT"})
    void givesUpAfterTheAttemptsThatAreAllowed(ProxyError error) {
        bench.requests("GET /");
        for (int i = 0; i < 3; i++) {
            assertThat(bench.client.status).isZero();
            bench.connector.last().fails(error);
        }

        assertThat(bench.connector.openings).hasSize(3);
        assertThat(bench.client.status).isEqualTo(error.status());
        assertThat(bench.record().error()).isEqualTo(error);
        assertThat(bench.record().attempts()).isEqualTo(3);
        assertThat(Readings.retried(bench.meters(), error)).isEqualTo(2);
        assertThat(Readings.retryRefused(bench.meters(), error)).as("the third was not").isEqualTo(1);
    }

    @Test
    void givesUpDuringTheCallThatBeganIt() {
        bench.connector.atOnce = true;
        bench.connector.refusal = ProxyError.CONNECT_FAILED;

        bench.begins("GET /");

        assertThat(bench.connector.openings).hasSize(3);
        assertThat(bench.client.status).isEqualTo(502);
        assertThat(bench.client.sent).isEqualTo(1);
    }

    @Test
    void doesNotKnockAgainWhereThereIsNoOtherEndpoint() {
        bench.requests("GET /single");
        bench.connector.last().fails(ProxyError.CONNECT_FAILED);

        assertThat(bench.connector.openings).hasSize(1);
        assertThat(bench.client.status).isEqualTo(502);
    }

    @Test
    void refusesAtOnceIfThePoolIsExhausted() {
        bench.service("app").endpoints().forEach(e -> {
            for (int i = 0; i < 3; i++) {
                e.connecting(3);
            }
        });
        bench.requests("GET /");
        bench.service("app").endpoints().forEach(e -> {
            for (int i = 0; i < 3; i++) {
                e.disconnected();
            }
        });

        assertThat(bench.client.status).isEqualTo(503);
        assertThat(bench.client.fields).contains("Retry-After");
        assertThat(bench.record().error()).isEqualTo(ProxyError.POOL_EXHAUSTED);
        assertThat(bench.connector.openings).isEmpty();
    }

    @Test
    void anEmptyBudgetAllowsNoRetry() {
        ExchangeBench poor = new ExchangeBench(ExchangeBench.YAML.replace(
                "retry: { attempts: 2 }", "retry: { attempts: 2, budget: { percent: 0, min: 0 } }"));
        poor.requests("GET /");
        poor.opens().isGone(ProxyError.BACKEND_RESET);

        assertThat(poor.connector.openings).hasSize(1);
        assertThat(poor.client.status).isEqualTo(502);
        assertThat(Readings.retryRefused(poor.meters(), ProxyError.BACKEND_RESET)).isEqualTo(1);
        poor.nothingIsLeft();
        bench.requests("GET /hello");
    }

    @Test
    void countsItsPlaceInTheBudgetUntilItEnds() {
        ExchangeBench one = new ExchangeBench(ExchangeBench.YAML.replace(
                "retry: { attempts: 2 }", "retry: { attempts: 2, budget: { percent: 0, min: 1 } }"));
        one.requests("GET /");
        one.opens().isGone(ProxyError.BACKEND_RESET);
        RetryConfig config = one.snapshot.config().routes().getFirst().retry();
        assertThat(one.snapshot.retryBudget(one.service("app")).take(one.service("app"), config))
                .as("a second place").isFalse();
        assertThat(one.snapshot.retryBudget(one.service("single")).take(one.service("single"), config))
                .as("another service's").isTrue();

        for (int i = 0; i < 3; i++) {
            one.connector.last().fails(ProxyError.CONNECT_FAILED);
        }

        assertThat(one.snapshot.retryBudget(one.service("app")).take(one.service("app"), config))
                .as("it was given back").isTrue();
        one.nothingIsLeft();
        bench.requests("GET /hello");
    }

    // ---- a connection that was dead ----

    @ParameterizedTest
    @CsvSource({
        "GET, BACKEND_CLOSED", "GET, BACKEND_RESET", "HEAD, BACKEND_CLOSED", "PUT, BACKEND_CLOSED",
        "DELETE, BACKEND_CLOSED", "OPTIONS, BACKEND_CLOSED",
    })
    void sendsAnIdempotentRequestAgainIfAReusedConnectionWasDead(String method, ProxyError how) {
        List<FakeBackend> idle = bench.idle("single");
        bench.requests(method + " /single");
        idle.getFirst().isGone(how);

        assertThat(bench.connector.openings).as("fresh, and to the only endpoint").hasSize(1);
        FakeBackend fresh = bench.opens();
        assertThat(fresh.target).isEqualTo(method + " /single");
        assertThat(fresh.ended).isTrue();
        fresh.says("HTTP/1.1 204 No Content");
        fresh.saysEnd();
        assertThat(bench.client.status).isEqualTo(204);
        assertThat(bench.record().reused()).isFalse();
        assertThat(bench.record().attempts()).isEqualTo(2);
        assertThat(Readings.of(bench.metrics.pool("single")).stale()).isEqualTo(1);
        assertThat(Readings.retried(bench.meters(), ProxyError.REUSED_CONNECTION_CLOSED)).isEqualTo(1);
    }

    @Test
    void sendsItAgainOnAFreshConnectionThoughAnotherIdleOneIsThere() {
        List<FakeBackend> idle = bench.idle("app");
        bench.requests("GET /");
        FakeBackend dead = idle.stream().filter(b -> b.target != null).findFirst().orElseThrow();
        dead.isGone(ProxyError.BACKEND_CLOSED);

        assertThat(bench.connector.openings).hasSize(1);
        isServedBy(bench.opens());
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PATCH", "LOCK"})
    void sendsNoOtherRequestTwice(String method) {
        FakeBackend dead = bench.idle("single").getFirst();
        bench.requests(method + " /single");
        dead.isGone(ProxyError.BACKEND_CLOSED);

        assertThat(bench.connector.openings).isEmpty();
        assertThat(bench.client.status).isEqualTo(502);
        assertThat(bench.record().error()).isEqualTo(ProxyError.REUSED_CONNECTION_CLOSED);
    }

    @Test
    void sendsItAgainOnlyOnce() {
        FakeBackend dead = bench.idle("single").getFirst();
        bench.requests("GET /single");
        dead.isGone(ProxyError.BACKEND_CLOSED);
        bench.opens().isGone(ProxyError.BACKEND_CLOSED);

        assertThat(bench.client.status).isEqualTo(502);
        assertThat(bench.record().error()).isEqualTo(ProxyError.BACKEND_CLOSED);
        assertThat(bench.record().attempts()).isEqualTo(2);
    }

    @Test
    void sendsNothingAgainOnceAnInterimResponseWasPassedOn() {
        FakeBackend dead = bench.idle("single").getFirst();
        bench.requests("GET /single");
        dead.says("HTTP/1.1 103 Early Hints");
        dead.isGone(ProxyError.BACKEND_CLOSED);

        assertThat(bench.connector.openings).isEmpty();
        assertThat(bench.client.status).isEqualTo(502);
    }

    @Test
    void neverLosesTheBodyOfARequestThatIsSentAgain() {
        // The write fails first, as it does on a connection that was reset; then the end of input is seen.
        FakeBackend dead = bench.idle("single").getFirst();
        bench.client.shortRest = false;
        bench.requests("PUT /single", "Content-Length: 65537");
        dead.listener.onRequestRefused();
        dead.isGone(ProxyError.BACKEND_RESET);

        assertThat(bench.connector.openings).as("its body was not kept").isEmpty();
        assertThat(bench.client.status).isEqualTo(502);
        assertThat(bench.client.closingAtHead).as("nobody reads the body").isTrue();
    }

    @Test
    void aRequestSentAgainHasItsOwnDeadlineEvenIfTheFirstWriteFailedAtOnce() {
        FakeBackend dead = bench.idle("single").getFirst();
        dead.onFlush = () -> dead.isGone(ProxyError.BACKEND_RESET);
        bench.requests("GET /single");
        assertThat(bench.connector.openings).hasSize(1);

        bench.pass(3);

        assertThat(bench.record().error()).isEqualTo(ProxyError.CONNECT_TIMEOUT);
        assertThat(bench.client.status).isEqualTo(504);
        assertThat(bench.connector.last().cancelled).isEqualTo(1);
    }

    @Test
    void survivesAWriteOfTheBodyThatFailsAtOnce() {
        FakeBackend dead = bench.idle("single").getFirst();
        dead.onFlush = () -> dead.isGone(ProxyError.BACKEND_RESET);

        bench.requests("PUT /single", "Content-Length: 3");
        isUploadedTo(bench.opens());
    }

    @Test
    void survivesAWriteToAFreshConnectionThatFailsAtOnce() {
        bench.requests("PUT /single", "Content-Length: 3");
        bench.connector.atOnce = false;
        bench.opensAnd(backend -> backend.onFlush = () -> backend.isGone(ProxyError.BACKEND_RESET));

        assertThat(bench.client.status).isEqualTo(502);
        assertThat(bench.record().error()).isEqualTo(ProxyError.BACKEND_RESET);
    }

    private void isUploadedTo(FakeBackend backend) {
        bench.uploads("abc");
        bench.uploadEnds();
        assertThat(backend.body).isEqualTo("abc");
        isServedBy(backend);
    }

    // ---- a connection that dies, or lies ----

    @ParameterizedTest
    @EnumSource(value = ProxyError.class, names = {
        "BACKEND_CLOSED", "BACKEND_RESET", "MALFORMED_RESPONSE", "INVALID_RESPONSE_FRAMING", "RESPONSE_HEAD_TOO_LARGE"})
    void answersForABackendThatFailsBeforeItsHead(ProxyError error) {
        bench.requests("GET /single");
        FakeBackend backend = bench.opens();
        backend.isGone(error);

        assertThat(bench.connector.openings).as("no retry of a fresh connection").hasSize(1);
        assertThat(bench.client.status).isEqualTo(502);
        assertThat(bench.client.body).isEqualTo("502 " + error.word() + "\n");
        assertThat(bench.client.closing).isFalse();
        assertThat(bench.record().error()).isEqualTo(error);
    }

    @Test
    void doesNotSendAgainWhatAReusedConnectionAnsweredWithGarbage() {
        FakeBackend backend = bench.idle("single").getFirst();
        bench.requests("GET /single");
        backend.isGone(ProxyError.MALFORMED_RESPONSE);

        assertThat(bench.connector.openings).isEmpty();
        assertThat(bench.client.status).isEqualTo(502);
    }

    @ParameterizedTest
    @EnumSource(value = ProxyError.class, names = {"RESPONSE_TRUNCATED", "INVALID_RESPONSE_FRAMING"})
    void abortsTheClientIfTheResponseBreaksOff(ProxyError error) {
        bench.requests("GET /");
        FakeBackend backend = bench.opens();
        backend.says("HTTP/1.1 200 OK", "Content-Length: 10");
        backend.saysBody("hello");
        backend.isGone(error);

        assertThat(bench.client.aborted).isEqualTo(error);
        assertThat(bench.client.ended).isFalse();
        assertThat(bench.record().error()).isEqualTo(error);
        assertThat(bench.record().status()).isEqualTo(200);
        assertThat(bench.record().bytesOut()).isEqualTo(5);
    }

    @Test
    void answersForABackendWhoseHeadHasNotLeftYet() {
        bench.requests("GET /");
        FakeBackend backend = bench.opens();
        backend.saysHead("HTTP/1.1 200 OK", "Transfer-Encoding: chunked");
        backend.isGone(ProxyError.INVALID_RESPONSE_FRAMING);

        assertThat(bench.client.status).isEqualTo(502);
        assertThat(bench.client.body).isEqualTo("502 invalid_response_framing\n");
        assertThat(bench.client.aborts).isZero();
        assertThat(bench.record().status()).isEqualTo(502);
    }

    @Test
    void recordsNothingOfAResponseThatItTookBack() {
        bench.requests("GET /");
        FakeBackend backend = bench.opens();
        backend.saysHead("HTTP/1.1 200 OK", "Transfer-Encoding: chunked");
        backend.listener.onResponseBody(Unpooled.copiedBuffer("hello", StandardCharsets.US_ASCII));
        backend.isGone(ProxyError.INVALID_RESPONSE_FRAMING);

        assertThat(bench.client.body).isEqualTo("502 invalid_response_framing\n");
        assertThat(bench.record().bytesOut()).isEqualTo(bench.client.body.length());
        assertThat(bench.record().bytesFromBackend()).as("it was read").isEqualTo(5);
        assertThat(bench.record().relay()).isEqualTo(Relay.NONE);
        assertThat(bench.record().relayReason()).isEmpty();
    }

    @Test
    void abortsTheClientIfOnlyTheHeadCame() {
        bench.requests("GET /");
        FakeBackend backend = bench.opens();
        backend.says("HTTP/1.1 200 OK", "Content-Length: 10");
        backend.isGone(ProxyError.RESPONSE_TRUNCATED);

        assertThat(bench.client.aborted).isEqualTo(ProxyError.RESPONSE_TRUNCATED);
    }

    @Test
    void tellsAnAnswerOfOursFromABackends() {
        bench.requests("GET /single");
        bench.opens().isGone(ProxyError.BACKEND_CLOSED);

        assertThat(bench.record().status()).isEqualTo(502);
        assertThat(bench.record().firstByteNanos()).as("no backend's time").isZero();
    }
}
