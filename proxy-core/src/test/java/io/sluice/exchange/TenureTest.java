package io.sluice.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.ConfigException;
import io.sluice.config.ConfigReader;
import io.sluice.telemetry.Metrics;
import io.sluice.transport.Deadline;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class TenureTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    /** Times of {@link System#nanoTime} may be negative. */
    private static final long OPENED = -5 * SECOND;

    private static Snapshot with(String yaml) throws ConfigException {
        return Snapshot.of(new ConfigReader(Map.of()).read("test.yaml", """
                listeners: [{ address: 127.0.0.1:0 }]
                routes: [{ service: app }]
                services: { app: { endpoints: ["127.0.0.1:1"] } }
                """ + yaml), new Metrics("test"));
    }

    @Test
    void isOverAtItsAge() throws ConfigException {
        Snapshot snapshot = with("timeouts: { connectionAge: 100s }");
        Tenure tenure = new Tenure(OPENED, 0);

        assertThat(tenure.endNanos(snapshot)).isEqualTo(OPENED + 100 * SECOND);
        assertThat(tenure.over(snapshot, OPENED + 100 * SECOND - 1)).isFalse();
        assertThat(tenure.over(snapshot, OPENED + 100 * SECOND)).isTrue();
    }

    @Test
    void endsUpToATenthEarlier() throws ConfigException {
        Snapshot snapshot = with("timeouts: { connectionAge: 100s }");
        Tenure earliest = new Tenure(OPENED, 1);

        assertThat(earliest.endNanos(snapshot)).isEqualTo(OPENED + 90 * SECOND);
        assertThat(earliest.over(snapshot, OPENED + 90 * SECOND)).isTrue();
        for (int i = 0; i < 100; i++) {
            assertThat(new Tenure(OPENED).endNanos(snapshot)).isBetween(OPENED + 90 * SECOND, OPENED + 100 * SECOND);
        }
    }

    @Test
    void doesNotEndTogetherWithAllOthers() throws ConfigException {
        Snapshot snapshot = with("timeouts: { connectionAge: 100s }");

        assertThat(new Tenure(OPENED).endNanos(snapshot)).isNotEqualTo(new Tenure(OPENED).endNanos(snapshot));
    }

    @Test
    void isOverAfterSoManyRequests() throws ConfigException {
        Snapshot snapshot = with("limits: { requestsPerConnection: 2 }");
        Tenure tenure = new Tenure(OPENED, 0);

        tenure.request();
        assertThat(tenure.over(snapshot, OPENED)).isFalse();
        tenure.request();
        assertThat(tenure.over(snapshot, OPENED)).isTrue();
    }

    @Test
    void neverEndsUnlessConfigured() throws ConfigException {
        Snapshot snapshot = with("");
        Tenure tenure = new Tenure(OPENED, 1);

        tenure.request();

        assertThat(tenure.endNanos(snapshot)).isEqualTo(Deadline.NEVER);
        assertThat(tenure.over(snapshot, OPENED + TimeUnit.DAYS.toNanos(36_500))).isFalse();
    }

    @Test
    void goesByTheConfigurationInForce() throws ConfigException {
        Tenure tenure = new Tenure(OPENED, 0);

        assertThat(tenure.over(with("timeouts: { connectionAge: 10s }"), OPENED + 20 * SECOND)).isTrue();
        assertThat(tenure.over(with("timeouts: { connectionAge: 30s }"), OPENED + 20 * SECOND)).isFalse();
    }
}
