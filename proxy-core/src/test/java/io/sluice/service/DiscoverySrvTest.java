package io.sluice.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.HostPort;
import io.sluice.dns.Outcome;
import io.sluice.dns.RecordType;
import io.sluice.dns.SrvRecord;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Endpoints of SRV records. */
final class DiscoverySrvTest extends NamesByHand {
    @Test
    void recordsSayHostsPortsWeightsAndWhoIsABackup() {
        records(60, new SrvRecord(20, 1, 83, "c.example"), new SrvRecord(10, 3, 81, "a.example"),
                new SrvRecord(10, 1, 82, "b.example"));
        says("a.example", RecordType.A, 60, "10.0.0.1", "10.0.0.2");
        says("b.example", RecordType.A, 60, "10.0.0.3");
        says("c.example", RecordType.A, 60, "10.0.0.4");

        serve(srv(0));

        assertThat(addresses()).containsExactly("10.0.0.1:81", "10.0.0.2:81", "10.0.0.3:82", "10.0.0.4:83");
        assertThat(weights()).containsExactly(3, 3, 1, 1);
        assertThat(service.roster().entries()).extracting(Roster.Entry::priority).containsExactly(0, 0, 0, 1);
        assertThat(service.endpoints().getFirst().named()).isEqualTo(new HostPort("a.example", 81));
        for (int i = 0; i < 50; i++) {
            assertThat(service.pick(null, 0).text()).isNotEqualTo("10.0.0.4:83");
        }
        service.endpoints().subList(0, 3).forEach(service::drain);
        assertThat(service.pick(null, 0).text()).isEqualTo("10.0.0.4:83");
    }

    @Test
    void aBackupOfRecordsIsBehindAllOthers() {
        records(60, new SrvRecord(5, 1, 81, "a.example"));
        says("a.example", RecordType.A, 60, "10.0.0.1");

        serve(srv(1), named("10.0.0.9", 80, 1));

        assertThat(service.pick(null, 0).text()).isEqualTo("10.0.0.9:80");
    }

    @ParameterizedTest
    @CsvSource({"0, 0, 1, 1", "65535, 1, 1000, 1", "0, 5, 1, 1000", "10, 5, 10, 5", "2000, 1000, 1000, 500"})
    void weightsOfRecordsBecomeOurs(int first, int second, int ours, int others) {
        records(60, new SrvRecord(1, first, 81, "a.example"), new SrvRecord(1, second, 82, "b.example"));
        says("a.example", RecordType.A, 60, "10.0.0.1");
        says("b.example", RecordType.A, 60, "10.0.0.2");

        serve(srv(0));

        assertThat(weights()).containsExactly(ours, others);
    }

    @Test
    void recordsStayWhenTheyAreNotAnsweredAndTheirTargetsAreFollowed() {
        records(5, new SrvRecord(1, 1, 81, "a.example"));
        says("a.example", RecordType.A, 5, "10.0.0.1");
        serve(srv(0));

        fails("_http._tcp.app.example", RecordType.SRV, Outcome.REFUSED);
        says("a.example", RecordType.A, 5, "10.0.0.2");
        pass(Duration.ofSeconds(6));

        assertThat(addresses()).containsExactly("10.0.0.2:81");
        assertThat(service.names().getFirst().result()).isEqualTo("refused");
    }

    @Test
    void aTargetThatIsNotAnsweredKeepsItsAddressesAndOneThatIsGoneLosesThem() {
        records(5, new SrvRecord(1, 1, 81, "a.example"), new SrvRecord(1, 1, 82, "b.example"));
        says("a.example", RecordType.A, 5, "10.0.0.1");
        says("b.example", RecordType.A, 5, "10.0.0.2");
        serve(srv(0));

        fails("a.example", RecordType.A, Outcome.TIMEOUT);
        pass(Duration.ofSeconds(6));
        assertThat(addresses()).containsExactly("10.0.0.1:81", "10.0.0.2:82");
        records(5, new SrvRecord(1, 1, 82, "b.example"));
        pass(Duration.ofSeconds(6));

        assertThat(addresses()).containsExactly("10.0.0.2:82");
    }

    @Test
    void theShortestTimeOfRecordsAndTargetsCounts() {
        records(60, new SrvRecord(1, 1, 81, "a.example"));
        says("a.example", RecordType.A, 10, "10.0.0.1");
        serve(srv(0));
        questions.clear();

        pass(Duration.ofSeconds(11));

        assertThat(questions).containsExactly("_http._tcp.app.example SRV", "a.example A");
    }
}
