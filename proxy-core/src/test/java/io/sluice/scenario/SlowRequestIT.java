package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.telemetry.SlowRequests;
import io.sluice.telemetry.Timeline;
import io.sluice.telemetry.Timeline.Stamps;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Slow and failed requests keep what happened when. */
@BothVersions
final class SlowRequestIT {
    private static final long SLOW_MILLIS = 50;

    @RegisterExtension
    final ProxyUnderTest proxy;

    SlowRequestIT(Relaying relaying) {
        proxy = new ProxyUnderTest(relaying);
    }

    private Timeline kept(Function<SlowRequests, List<Timeline>> which, Predicate<Timeline> one) {
        return await().until(
                () -> which.apply(proxy.server().slowRequests()).stream().filter(one).findFirst().orElse(null),
                found -> found != null);
    }

    private static long millis(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(nanos);
    }

    @Test
    void keepsWhatASlowBackendDidWhen() throws Exception {
        ScriptedBackend backend = proxy.backend(connection -> {
            connection.request();
            connection.idle(Duration.ofMillis(SLOW_MILLIS));
            connection.send(Http.ok("late"));
            connection.awaitEnd();
        });
        proxy.start(backend);
        long before = System.currentTimeMillis();

        proxy.answerTo(Http.post("/", "order"));

        Timeline slow = kept(SlowRequests::slow, t -> t.route().equals("all"));
        assertThat(slow.startedMillis()).isBetween(before - 1000, System.currentTimeMillis());
        assertThat(List.of(slow.listener(), slow.method(), slow.protocol(), slow.service(), slow.endpoint(), slow.end(),
                        slow.relay(), slow.relayReason()))
                .containsExactly("web", "POST", "HTTP/" + proxy.version(), "app", backend.address(), "ok", "copied", "small");
        assertThat(List.of(slow.attempts(), slow.status(), (int) slow.bytesIn(), (int) slow.bytesOut()))
                .containsExactly(1, 200, 5, 4);
        Stamps at = slow.stamps();
        assertThat(at.accepted()).isLessThanOrEqualTo(0);
        assertThat(List.of(0L, at.head(), at.attempt(), at.connected(), at.sent(), at.firstByte(), at.headSent(), at.end()))
                .isSorted();
        assertThat(millis(at.firstByte() - at.sent())).as("the backend's doing").isGreaterThanOrEqualTo(SLOW_MILLIS - 2);
        assertThat(slow.onClient().times() + slow.onBackend().times()).isZero();
    }

    @Test
    void keepsHowAFailedRequestWent() throws Exception {
        proxy.start(proxy.backend(Script.answeringOnce("")));

        proxy.answerTo(Http.get("/"));

        Timeline failed = kept(SlowRequests::failed, t -> true);
        assertThat(failed.end()).isEqualTo("backend_closed");
        assertThat(failed.status()).isEqualTo(502);
        Stamps at = failed.stamps();
        assertThat(List.of(0L, at.head(), at.attempt(), at.connected(), at.sent(), at.headSent(), at.end())).isSorted();
        assertThat(at.firstByte()).isEqualTo(Timeline.NEVER);
    }

    @Test
    void keepsARequestThatWasRefused() throws Exception {
        proxy.start(proxy.backend(Script.silent()));

        String why = proxy.refused("/");

        Timeline refused = kept(SlowRequests::failed, t -> true);
        assertThat(refused.end()).isEqualTo(why);
        assertThat(refused.stamps().attempt()).isEqualTo(Timeline.NEVER);
        assertThat(refused.endpoint()).isEqualTo("-");
    }

    @Test
    void tellsThatItWasTheClientWhoKeptTheResponseWaiting() throws Exception {
        byte[] body = Http.random(8 << 20);
        proxy.start("zeroCopy: { enabled: false }\n", proxy.backend(connection -> {
            connection.request();
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + body.length + "\r\n\r\n");
            connection.send(body);
            connection.awaitEnd();
        }));
        RawConnection client = proxy.narrowClient(16 << 10);

        client.send(Http.get("/"));
        client.idle(Duration.ofMillis(SLOW_MILLIS));
        assertThat(client.response().body()).hasSize(body.length);

        Timeline slow = kept(SlowRequests::slow, t -> t.route().equals("all"));
        assertThat(slow.onBackend().times()).isZero();
        assertThat(slow.onClient().times()).isPositive();
        assertThat(slow.onClient().longestNanos()).isPositive().isLessThanOrEqualTo(slow.onClient().totalNanos());
        assertThat(slow.onClient().atNanos()).isBetween(slow.stamps().firstByte(), slow.stamps().end());
    }
}
