package io.sluice.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.http.BodyFraming;
import io.sluice.http.ProxyError;
import io.sluice.stream.FakeBackend;
import io.sluice.telemetry.Readings;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests whose body was sent, at least in part, and has to be sent again: RFC 9110 §9.2.2. */
class ExchangeReplayTest {
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

    private FakeBackend reused(String method, String... fields) {
        FakeBackend dead = bench.idle("single").getFirst();
        bench.requests(method + " /single", fields);
        return dead;
    }

    @ParameterizedTest
    @CsvSource({"PUT, Content-Length: 6", "DELETE, Content-Length: 6", "PUT, Transfer-Encoding: chunked"})
    void sendsABodyAgainIfAReusedConnectionWasDead(String method, String framing) {
        FakeBackend dead = reused(method, framing);
        bench.uploads("abc");
        bench.uploads("def");
        bench.uploadEnds();
        assertThat(dead.body).isEqualTo("abcdef");
        dead.isGone(ProxyError.BACKEND_CLOSED);

        FakeBackend fresh = bench.opens();
        assertThat(fresh.body).isEqualTo("abcdef");
        assertThat(fresh.ended).isTrue();
        assertThat(fresh.framing).isEqualTo(framing.startsWith("C") ? BodyFraming.LENGTH : BodyFraming.CHUNKED);
        isServedBy(fresh);
        assertThat(bench.record().attempts()).isEqualTo(2);
        assertThat(bench.record().bytesIn()).as("read once").isEqualTo(6);
        assertThat(bench.record().bytesToBackend()).as("sent twice").isEqualTo(12);
        assertThat(Readings.retried(bench.meters(), ProxyError.REUSED_CONNECTION_CLOSED)).isEqualTo(1);
    }

    @Test
    void sendsABodyAgainElsewhereIfANewConnectionDied() {
        bench.requests("PUT /", "Content-Length: 3");
        FakeBackend dead = bench.opens();
        bench.uploads("abc");
        bench.uploadEnds();
        dead.isGone(ProxyError.BACKEND_RESET);

        FakeBackend other = bench.opens();
        assertThat(other.body).isEqualTo("abc");
        isServedBy(other);
    }

    @Test
    void sendsWhatCameMeanwhileBehindWhatWasSentAndReadsOn() {
        FakeBackend dead = reused("PUT", "Content-Length: 9");
        bench.uploads("abc");
        dead.isGone(ProxyError.BACKEND_CLOSED);
        bench.uploads("def");
        assertThat(bench.client.paused).as("one read's worth is held").isTrue();

        FakeBackend fresh = bench.opens();
        assertThat(fresh.body).isEqualTo("abcdef");
        assertThat(fresh.ended).isFalse();
        assertThat(bench.client.paused).isFalse();
        bench.uploads("ghi");
        bench.uploadEnds();
        assertThat(fresh.body).isEqualTo("abcdefghi");
        isServedBy(fresh);
    }

    @Test
    void keepsItThroughSeveralAttempts() {
        List<FakeBackend> idle = bench.idle("app");
        bench.requests("PUT /", "Content-Length: 3");
        bench.uploads("abc");
        bench.uploadEnds();
        idle.stream().filter(it -> it.target != null).findFirst().orElseThrow().isGone(ProxyError.BACKEND_CLOSED);
        bench.connector.last().fails(ProxyError.CONNECT_FAILED);

        FakeBackend third = bench.opens();
        assertThat(third.body).isEqualTo("abc");
        isServedBy(third);
        assertThat(bench.record().bytesToBackend()).isEqualTo(6);
    }

    @Test
    void readsOnThoughTheDeadConnectionHeldTheClientBack() {
        FakeBackend dead = reused("PUT", "Content-Length: 6");
        dead.writable = false;
        bench.uploads("abc");
        assertThat(bench.client.paused).isTrue();
        dead.isGone(ProxyError.BACKEND_RESET);

        FakeBackend fresh = bench.opens();
        assertThat(bench.client.paused).isFalse();
        bench.uploads("def");
        bench.uploadEnds();
        assertThat(fresh.body).isEqualTo("abcdef");
        isServedBy(fresh);
        assertThat(bench.record().stalledOnBackend().times()).as("the first attempt's is told, too").isEqualTo(1);
    }

    @Test
    void readsOnThoughTheDeadConnectionTookNotEvenTheHead() {
        FakeBackend dead = bench.idle("single").getFirst();
        dead.writable = false;
        bench.requests("PUT /single", "Content-Length: 70000");
        assertThat(bench.client.paused).isTrue();
        dead.isGone(ProxyError.BACKEND_RESET);

        FakeBackend fresh = bench.opens();
        assertThat(bench.client.paused).isFalse();
        isServedBy(fresh);
    }

    @Test
    void readsOnWhatABackendRefusedUntilItIsGone() {
        // The write fails first, as it does on a connection that was reset; then the end of input is seen.
        FakeBackend dead = reused("PUT", "Content-Length: 6");
        dead.writable = false;
        bench.uploads("abc");
        dead.writable = true;
        dead.listener.onRequestRefused();
        assertThat(bench.client.paused).isFalse();
        bench.uploads("de");
        dead.isGone(ProxyError.BACKEND_RESET);

        FakeBackend fresh = bench.opens();
        bench.uploads("f");
        bench.uploadEnds();
        assertThat(fresh.body).isEqualTo("abcdef");
        isServedBy(fresh);
    }

    @Test
    void passesOnWhatABackendSaysThatRefusedTheBody() {
        FakeBackend backend = reused("PUT", "Content-Length: 6");
        bench.uploads("abc");
        backend.listener.onRequestRefused();
        backend.says("HTTP/1.1 413 Content Too Large", "Content-Length: 0");
        backend.saysEnd();

        assertThat(bench.client.status).isEqualTo(413);
        assertThat(bench.connector.openings).isEmpty();
    }

    @Test
    void hasADeadlineForABackendThatRefusedABodyAndStays() {
        reused("PUT", "Content-Length: 3").listener.onRequestRefused();
        bench.uploads("abc");
        bench.uploadEnds();
        bench.pass(61);

        assertThat(bench.record().error()).isEqualTo(ProxyError.RESPONSE_HEAD_TIMEOUT);
    }

    @ParameterizedTest
    @ValueSource(ints = {65_536, 65_537})
    void keepsChunksUpToItsBoundAndNotAByteMore(int bytes) {
        FakeBackend dead = reused("PUT", "Transfer-Encoding: chunked");
        String half = "x".repeat(32_768);
        bench.uploads(half);
        bench.uploads(half);
        if (bytes > 65_536) {
            bench.uploads("y");
        }
        bench.uploadEnds();
        dead.isGone(ProxyError.BACKEND_CLOSED);

        if (bytes > 65_536) {
            assertThat(bench.connector.openings).isEmpty();
            assertThat(bench.client.status).isEqualTo(502);
        } else {
            FakeBackend fresh = bench.opens();
            assertThat(fresh.body).isEqualTo(half + half);
            isServedBy(fresh);
        }
    }

    @Test
    void abandonsARefusedBodyThatOutgrowsWhatIsKept() {
        FakeBackend dead = reused("PUT", "Transfer-Encoding: chunked");
        dead.listener.onRequestRefused();
        bench.uploads("x".repeat(65_537));
        assertThat(bench.exchange.state.request()).isEqualTo(ExchangeState.Request.ABORTED);
        dead.isGone(ProxyError.BACKEND_RESET);

        assertThat(bench.client.status).isEqualTo(502);
    }

    @Test
    void keepsNothingOfABodyKnownToBeLonger() {
        FakeBackend dead = reused("PUT", "Content-Length: 65537");
        bench.uploads("abc");
        assertThat(bench.exchange.held.keeps()).isFalse();
        dead.isGone(ProxyError.BACKEND_CLOSED);

        assertThat(bench.client.status).isEqualTo(502);
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PATCH", "LOCK"})
    void neverSendsAnyOtherBodyTwice(String method) {
        FakeBackend dead = reused(method, "Content-Length: 3");
        bench.uploads("abc");
        bench.uploadEnds();
        dead.isGone(ProxyError.BACKEND_CLOSED);

        assertThat(bench.connector.openings).isEmpty();
        assertThat(bench.client.status).isEqualTo(502);
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1 100 Continue", "HTTP/1.1 103 Early Hints"})
    void givesItBackWithTheFirstInterimResponse(String interim) {
        FakeBackend dead = reused("PUT", "Content-Length: 3", "Expect: 100-continue");
        dead.says(interim);
        assertThat(bench.exchange.held.keeps()).isFalse();
        bench.uploads("abc");
        dead.isGone(ProxyError.BACKEND_CLOSED);

        assertThat(bench.connector.openings).isEmpty();
        assertThat(bench.client.status).isEqualTo(502);
    }

    @Test
    void asksAgainForLeaveWhereTheFirstBackendGaveNone() {
        FakeBackend dead = reused("PUT", "Content-Length: 3", "Expect: 100-continue");
        dead.isGone(ProxyError.BACKEND_CLOSED);
        FakeBackend fresh = bench.opens();
        fresh.says("HTTP/1.1 100 Continue");
        bench.uploads("abc");
        bench.uploadEnds();

        assertThat(fresh.body).isEqualTo("abc");
        isServedBy(fresh);
    }

    @Test
    void givesItBackWithTheHeadOfTheAnswer() {
        FakeBackend backend = reused("PUT", "Content-Length: 3");
        bench.uploads("abc");
        bench.uploadEnds();
        assertThat(bench.exchange.held.keeps()).isTrue();
        backend.says("HTTP/1.1 200 OK", "Content-Length: 5");
        assertThat(bench.exchange.held.keeps()).isFalse();
        backend.isGone(ProxyError.RESPONSE_TRUNCATED);

        assertThat(bench.client.aborted).isEqualTo(ProxyError.RESPONSE_TRUNCATED);
    }

    @Test
    void givesItBackWhenTheClientLeavesBetweenTwoAttempts() {
        FakeBackend dead = reused("PUT", "Content-Length: 6");
        bench.uploads("abc");
        dead.isGone(ProxyError.BACKEND_CLOSED);
        bench.uploads("de");
        bench.exchange.onClientGone(ProxyError.CLIENT_GONE);

        assertThat(bench.connector.last().cancelled).isEqualTo(1);
        assertThat(bench.record().attempts()).isEqualTo(2);
    }

    @Test
    void givesItBackWhenADeadlineComesBetweenTwoAttempts() {
        FakeBackend dead = reused("PUT", "Content-Length: 6");
        bench.uploads("abc");
        dead.isGone(ProxyError.BACKEND_CLOSED);
        bench.pass(3);

        assertThat(bench.record().error()).isEqualTo(ProxyError.CONNECT_TIMEOUT);
        assertThat(bench.record().bytesToBackend()).isEqualTo(3);
    }

    @Test
    void sendsNoBodyAgainWhereRetriesAreOff() {
        ExchangeBench off = new ExchangeBench(ExchangeBench.YAML.replace("retry: { attempts: 2 }", "retry: { replayBody: 0 }"));
        FakeBackend dead = off.idle("single").getFirst();
        off.requests("PUT /single", "Content-Length: 3");
        off.uploads("abc");
        dead.isGone(ProxyError.BACKEND_CLOSED);

        assertThat(off.client.status).isEqualTo(502);
        off.nothingIsLeft();
        bench.requests("GET /hello");
    }
}
