package io.sluice.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.http.ProxyError;
import io.sluice.telemetry.Timeline.Stamps;
import java.util.List;
import org.junit.jupiter.api.Test;

class SlowRequestsTest {
    @Test
    void tellsWhatHappenedWhen() {
        ExchangeRecord record = new ExchangeRecord("web", "192.0.2.1", 1_000, 0);
        record.headRead(400, 2_000);
        record.route("api");
        record.attempting(2_500);
        record.leased(2_600);
        record.sent(2_700);
        record.attempt("app", "10.0.0.5:8080");
        record.attempting(3_000);
        record.queued(50);
        record.leased(4_000);
        record.connected(true, 0);
        record.sent(5_000);
        record.response(200, 5_000);
        record.headSent(6_500);
        record.relay(ExchangeRecord.Relay.COPIED, "small");
        record.bytes(3, 4);
        record.stalled(new Stall(2, 900, 700, 7_000), Stall.NONE);
        record.ended(null, 9_000);

        Timeline timeline = Timeline.of(record, 5_001_000, 100_000);

        assertThat(timeline).isEqualTo(new Timeline(
                99_995, "web", "OTHER", "HTTP/1.1", "api", "app", "10.0.0.5:8080", 1, true, 200, "ok", 3, 4, "copied",
                "small", "", new Stamps(-600, 1_000, 2_000, 50, 3_000, 4_000, 5_000, 5_500, 8_000),
                new Stall(2, 900, 700, 6_000), Stall.NONE));
    }

    @Test
    void tellsWhatNeverHappened() {
        ExchangeRecord record = new ExchangeRecord("web", "", 0, 0);
        record.attempting(1);
        record.leased(2);
        record.sent(3);
        record.attempting(4);
        record.ended(ProxyError.CONNECT_FAILED, 9);

        Timeline timeline = Timeline.of(record, 0, 0);

        assertThat(timeline.stamps()).isEqualTo(new Stamps(-1, -1, 4, 0, -1, -1, -1, -1, 9));
        assertThat(timeline.end()).isEqualTo("connect_failed");
    }

    @Test
    void putsTheSlowestAndTheLatestFirst() {
        SlowRing one = new SlowRing();
        SlowRing other = new SlowRing();
        one.offer(ended(null, 0, 5_000));
        other.offer(ended(null, 0, 9_000));
        other.offer(ended(null, 0, 7_000));
        one.offer(ended(ProxyError.BACKEND_CLOSED, 10, 20));
        other.offer(ended(ProxyError.BACKEND_RESET, 0, 40));
        one.offer(ended(ProxyError.MALFORMED_FIELD, 0, 30));

        SlowRequests requests = SlowRequests.of(List.of(one, other));

        assertThat(requests.slow()).extracting(t -> t.stamps().end()).containsExactly(9_000L, 7_000L, 5_000L);
        assertThat(requests.failed()).extracting(Timeline::end)
                .containsExactly("backend_reset", "malformed_field", "backend_closed");
    }

    private static ExchangeRecord ended(ProxyError why, long startedNanos, long nowNanos) {
        ExchangeRecord record = new ExchangeRecord("web", "", startedNanos, 0);
        record.ended(why, nowNanos);
        return record;
    }
}
