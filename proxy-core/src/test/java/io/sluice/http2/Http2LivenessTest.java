package io.sluice.http2;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.AsciiString;
import io.sluice.config.Http2Config;
import io.sluice.http.HeadLimits;
import io.sluice.transport.HandWheel;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** {@link Http2Liveness}: when a backend is asked, and when it is given up. */
class Http2LivenessTest {
    private final HandWheel time = new HandWheel();
    private int asked;
    private int givenUp;

    private Http2Liveness liveness(Duration interval, Duration timeout) {
        Http2Terms terms = new Http2Terms(new Http2Config(1, interval, timeout), new HeadLimits(8192, 4096, 100),
                AsciiString.cached("http"), time.wheel());
        return new Http2Liveness(terms, () -> asked++, () -> givenUp++);
    }

    private Http2Liveness asking() {
        Http2Liveness liveness = liveness(Duration.ofSeconds(10), Duration.ofSeconds(2));
        liveness.connected();
        liveness.settingsAcknowledged();
        return liveness;
    }

    @Test
    void settingsThatAreNotAcknowledgedEndTheConnection() {
        liveness(Duration.ZERO, Duration.ofSeconds(1)).connected();

        time.pass(Duration.ofSeconds(9));
        assertThat(givenUp).isZero();
        time.pass(Duration.ofSeconds(2));

        assertThat(givenUp).isEqualTo(1);
    }

    @Test
    void nothingIsAskedWhereThatIsOff() {
        Http2Liveness liveness = liveness(Duration.ZERO, Duration.ofSeconds(1));
        liveness.connected();
        liveness.settingsAcknowledged();
        liveness.used(true);

        time.pass(Duration.ofHours(1));

        assertThat(asked).isZero();
        assertThat(givenUp).isZero();
    }

    @Test
    void whoDoesNotAnswerIsGivenUp() {
        asking().used(true);

        time.pass(Duration.ofSeconds(11));
        assertThat(asked).isEqualTo(1);
        time.pass(Duration.ofSeconds(3));

        assertThat(givenUp).isEqualTo(1);
    }

    @Test
    void anythingThatComesIsAnAnswer() {
        Http2Liveness liveness = asking();
        liveness.used(true);

        time.pass(Duration.ofSeconds(11));
        liveness.read();
        time.pass(Duration.ofSeconds(8));
        assertThat(asked).isEqualTo(1);
        time.pass(Duration.ofSeconds(3));

        assertThat(asked).isEqualTo(2);
        assertThat(givenUp).isZero();
    }

    @Test
    void anUnusedConnectionIsNotAsked() {
        Http2Liveness liveness = asking();
        liveness.used(true);
        liveness.used(false);

        time.pass(Duration.ofMinutes(5));

        assertThat(asked).isZero();
    }

    @Test
    void whatIsClosedIsNotAskedAnyMore() {
        Http2Liveness liveness = asking();
        liveness.used(true);
        liveness.cancel();

        time.pass(Duration.ofMinutes(5));

        assertThat(asked + givenUp).isZero();
    }
}
