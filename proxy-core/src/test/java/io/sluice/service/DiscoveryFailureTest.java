package io.sluice.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.dns.Families;
import io.sluice.dns.Outcome;
import io.sluice.dns.RecordType;
import io.sluice.http.ProxyError;
import io.sluice.telemetry.Readings;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What stays of a name when it is not answered. */
final class DiscoveryFailureTest extends NamesByHand {
    @ParameterizedTest
    @EnumSource(value = Outcome.class, mode = EnumSource.Mode.EXCLUDE, names = "OK")
    void theLastGoodAddressesStayWhateverFails(Outcome why) {
        says(APP, RecordType.A, 5, "10.0.0.1");
        serve(named(APP, 80, 1));
        Roster before = service.roster();

        fails(APP, RecordType.A, why);
        pass(Duration.ofMinutes(10));

        assertThat(service.roster()).isSameAs(before);
        assertThat(service.pick(null, 0).text()).isEqualTo("10.0.0.1:80");
        NameView view = service.names().getFirst();
        assertThat(view.result()).isEqualTo(why.word());
        assertThat(view.addresses()).containsExactly("10.0.0.1:80");
        assertThat(view.failingSince()).isNotNull();
        assertThat(view.goodAt()).isNotNull();
        assertThat(service.nameRows().getFirst().ageSeconds()).isNotNegative();
    }

    @Test
    void triesAgainAfterFiveSecondsUntilItWorks() {
        says(APP, RecordType.A, 60, "10.0.0.1");
        serve(named(APP, 80, 1));
        fails(APP, RecordType.A, Outcome.TIMEOUT);
        pass(Duration.ofSeconds(61));
        questions.clear();

        pass(Duration.ofSeconds(25));
        assertThat(questions).hasSizeBetween(4, 5);
        assertThat(Readings.resolved(meters, "timeout")).isEqualTo(questions.size() + 1);
        assertThat(Readings.resolved(meters, "ok")).isEqualTo(1);
        says(APP, RecordType.A, 60, "10.0.0.2");
        pass(Duration.ofSeconds(6));

        assertThat(addresses()).containsExactly("10.0.0.2:80");
        assertThat(service.names().getFirst().result()).isEqualTo("ok");
        assertThat(service.names().getFirst().failingSince()).isNull();
    }

    @Test
    void aFamilyThatIsDeniedGoesAndOneThatIsNotAnsweredStays() {
        discovery = discovery(Families.BOTH);
        says(APP, RecordType.A, 5, "10.0.0.1");
        says(APP, RecordType.AAAA, 5, "fd00::1");
        serve(named(APP, 80, 1));

        fails(APP, RecordType.AAAA, Outcome.SERVFAIL);
        pass(Duration.ofSeconds(6));
        assertThat(addresses()).containsExactly("10.0.0.1:80", "[fd00::1]:80");
        assertThat(service.names().getFirst().result()).isEqualTo("servfail");
        fails(APP, RecordType.AAAA, Outcome.EMPTY);
        pass(Duration.ofSeconds(6));

        assertThat(addresses()).containsExactly("10.0.0.1:80");
        assertThat(service.names().getFirst().result()).isEqualTo("ok");
    }

    @Test
    void aFamilyThatNeverWorkedIsNoFailure() {
        discovery = discovery(Families.BOTH);
        says(APP, RecordType.A, 60, "10.0.0.1");
        fails(APP, RecordType.AAAA, Outcome.TIMEOUT);

        serve(named(APP, 80, 1));

        assertThat(addresses()).containsExactly("10.0.0.1:80");
        assertThat(service.names().getFirst().result()).isEqualTo("ok");
    }

    @Test
    void aNameThatIsNotThereAtTheStartLeavesNobodyAndSaysWhy() {
        serve(named(APP, 80, 1));

        assertThat(service.endpoints()).isEmpty();
        assertThat(service.unresolved()).isTrue();
        assertThat(service.pick(null, 0)).isNull();
        assertThat(service.nobody()).isEqualTo(ProxyError.NAME_NOT_RESOLVED);
        assertThat(service.names().getFirst().result()).isEqualTo("nxdomain");
        assertThat(service.nameRows().getFirst().ageSeconds()).isNegative();
        says(APP, RecordType.A, 60, "10.0.0.1");
        pass(Duration.ofSeconds(6));

        assertThat(service.pick(null, 0).text()).isEqualTo("10.0.0.1:80");
        assertThat(changes).isEqualTo(1);
    }
}
