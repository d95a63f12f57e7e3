package io.sluice.dns;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.DnsConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class HostsFileTest {
    @TempDir
    private Path directory;

    private Path file;
    private HostsFile hosts;

    @BeforeEach
    void choosesAPlace() {
        file = directory.resolve("hosts");
        hosts = new HostsFile(file);
    }

    private static List<InetAddress> literals(String... literals) {
        return List.of(literals).stream().map(InetAddress::ofLiteral).toList();
    }

    @Test
    void findsAllAddressesOfANameInTheirOrderWhateverItsCase() throws IOException {
        Files.writeString(file, """
                # 10.9.9.9 app
                10.0.0.2\tapp.example App # and so on
                  10.0.0.1   APP.EXAMPLE.
                10.0.0.2 app.example
                fd00::1 app.example
                nonsense app.example
                10.0.0.7
                """);

        assertThat(hosts.addresses("app.example.")).isEqualTo(literals("10.0.0.2", "10.0.0.1", "fd00::1"));
        assertThat(hosts.addresses("aPP")).isEqualTo(literals("10.0.0.2"));
        assertThat(hosts.addresses("other")).isEmpty();
    }

    @Test
    void seesAChangeAndAnEnd() throws IOException {
        Files.writeString(file, "10.0.0.1 app\n");
        assertThat(hosts.addresses("app")).isEqualTo(literals("10.0.0.1"));

        Files.writeString(file, "10.0.0.22 app\n");
        assertThat(hosts.addresses("app")).isEqualTo(literals("10.0.0.22"));
        Files.delete(file);

        assertThat(hosts.addresses("app")).isEmpty();
    }

    @Test
    void readsBytesOfAnyCharset() throws IOException {
        Files.write(file, "# caf\u00e9\n10.0.0.1 app\n".getBytes(StandardCharsets.ISO_8859_1));

        assertThat(hosts.addresses("app")).isEqualTo(literals("10.0.0.1"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "LocalHost.", "app.localhost"})
    void localNamesAreThisMachineWithoutAFile(String name) {
        assertThat(hosts.addresses(name)).isEqualTo(literals("127.0.0.1"));
    }

    @Test
    void localNamesAreOneAddressAndNeverAnotherMachine() throws IOException {
        Files.writeString(file, "10.6.6.6 localhost\n::1 localhost\n127.0.0.7 localhost\n::1 six.localhost\n");

        assertThat(hosts.addresses("localhost")).isEqualTo(literals("127.0.0.7"));
        assertThat(hosts.addresses("six.localhost")).isEqualTo(literals("::1"));
    }

    @Test
    void familiesChooseButTakeWhatThereIs() {
        List<InetAddress> both = literals("10.0.0.1", "fd00::1");

        assertThat(Families.IPV4.chosen(both)).isEqualTo(literals("10.0.0.1"));
        assertThat(Families.IPV6.chosen(both)).isEqualTo(literals("fd00::1"));
        assertThat(Families.BOTH.chosen(both)).isEqualTo(both);
        assertThat(Families.IPV4.chosen(literals("fd00::1"))).isEqualTo(literals("fd00::1"));
    }

    @ParameterizedTest
    @EnumSource(DnsConfig.Families.class)
    void whatIsConfiguredIsUsed(DnsConfig.Families families) {
        Families used = Families.of(new DnsConfig(List.of(), families, Duration.ofSeconds(2)));

        assertThat(used).isIn(switch (families) {
            case AUTO -> List.of(Families.IPV4, Families.BOTH);
            case IPV4 -> List.of(Families.IPV4);
            case IPV6 -> List.of(Families.IPV6);
            case BOTH -> List.of(Families.BOTH);
        });
        assertThat(used.types()).contains(used == Families.IPV6 ? RecordType.AAAA : RecordType.A);
    }

    @Test
    void theSearchListIsReadAsFarAsItMakesSense() throws IOException {
        Files.writeString(file, """
                # search no.example
                nameserver 10.0.0.1
                domain old.example
                search ns.svc.cluster.local. svc.cluster.local bad..example
                options timeout:1 ndots:5
                """);

        SearchList search = SearchList.of(file);

        assertThat(search).isEqualTo(new SearchList(List.of("ns.svc.cluster.local", "svc.cluster.local"), 5));
        assertThat(search.candidates("app.other")).containsExactly(
                "app.other.ns.svc.cluster.local.", "app.other.svc.cluster.local.", "app.other.");
        assertThat(search.candidates("a.b.c.d.e.f")).startsWith("a.b.c.d.e.f.");
        assertThat(search.candidates("app.")).containsExactly("app.");
        assertThat(SearchList.of(directory.resolve("none"))).isEqualTo(new SearchList(List.of(), 1));
    }
}
