package io.sluice.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.dns.Outcome;
import io.sluice.dns.RecordType;
import io.sluice.telemetry.Readings;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Names in services that take the place of others. */
final class DiscoveryReloadTest extends NamesByHand {
    @Test
    void aReloadKeepsWhatNamesStandForAndAsksOnlyForNewOnes() {
        says(APP, RecordType.A, 60, "10.0.0.1");
        says("new.example", RecordType.A, 60, "10.0.0.2");
        serve(named(APP, 80, 1));
        Endpoint before = service.endpoints().getFirst();
        questions.clear();
        fails(APP, RecordType.A, Outcome.TIMEOUT);

        serve(named(APP, 80, 5), named("new.example", 80, 1));

        assertThat(questions).containsExactly("new.example A");
        assertThat(service.endpoints().getFirst()).isSameAs(before);
        assertThat(addresses()).containsExactly("10.0.0.1:80", "10.0.0.2:80");
        assertThat(weights()).containsExactly(5, 1);
    }

    @Test
    void namesThatAReloadDroppedAreAskedForNoMore() {
        says(APP, RecordType.A, 5, "10.0.0.1");
        serve(named(APP, 80, 1));

        serve(named("10.0.0.1", 80, 1));
        registry.retain(List.of(service));
        questions.clear();
        pass(Duration.ofMinutes(5));

        assertThat(questions).isEmpty();
        assertThat(service.names()).isEmpty();
        assertThat(Readings.names(meters)).isEmpty();
    }

    @Test
    void anAnswerOnItsWayDuringAReloadIsTheNewServices() {
        holding = true;
        service = new Service(0, config(named(APP, 80, 1)), registry, null);
        discovery.follow(List.of(service));
        pass(Duration.ZERO);
        Service after = new Service(0, config(named(APP, 80, 9)), registry, service);
        discovery.follow(List.of(after));

        says(APP, RecordType.A, 60, "10.0.0.1");
        held.forEach(Runnable::run);
        pass(Duration.ofSeconds(1));

        assertThat(after.endpoints()).extracting(Endpoint::text).containsExactly("10.0.0.1:80");
        assertThat(after.view().getFirst().weight()).isEqualTo(9);
    }
}
