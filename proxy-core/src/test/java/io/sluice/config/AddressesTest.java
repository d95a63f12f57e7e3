package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class AddressesTest {

    @ParameterizedTest
    @CsvSource({
        "0.0.0.0:8080, 0.0.0.0, 8080",
        "[::1]:8080, ::1, 8080",
        ":8080, 0.0.0.0, 8080",
        "*:8080, 0.0.0.0, 8080",
        "8080, 0.0.0.0, 8080",
        "localhost:0, localhost, 0",
        "[::]:65535, ::, 65535",
    })
    void readsWhereToListen(String text, String host, int port) {
        assertThat(Addresses.LISTEN.parser().apply(text)).isEqualTo(new HostPort(host, port));
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.5:80", "app:80", "my_app-2.ns.svc.cluster.local.:80", "[fd00::5]:80", "xn--bcher-kva.example:80"})
    void readsEndpoints(String text) {
        assertThat(Addresses.ENDPOINT.parser().apply(text)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ":", "a:", ":a", "a:b:c", "1.2.3:80", "01.2.3.4:80", "1.2.3.4.:80", "a..b:80", "[]:80", "[::1]80",
        "a b:80", "a:80/", "ä:80", "a:+80", "a:-1", "a:65536"})
    void refusesOtherEndpoints(String text) {
        assertThatThrownBy(() -> Addresses.ENDPOINT.parser().apply(text)).isInstanceOf(Mismatch.class);
    }

    @Test
    void anOverlongHostNameIsRefusedWithoutRecursing() {
        String longName = "a.".repeat(9_000) + "a";

        assertThatThrownBy(() -> Addresses.ENDPOINT.parser().apply(longName)).isInstanceOf(Mismatch.class);
        assertThatThrownBy(() -> Addresses.ENDPOINT.parser().apply(longName + ":80")).isInstanceOf(Mismatch.class);
        assertThatThrownBy(() -> HttpTypes.HOST.parser().apply(longName)).isInstanceOf(Mismatch.class);
        assertThatThrownBy(() -> HttpTypes.PATH.parser().apply("/%20" + "a%20".repeat(4_000))).isInstanceOf(Mismatch.class);
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 10.255.255.255, 11.0.0.0",
        "10.0.0.128/25, 10.0.0.200, 10.0.0.127",
        "0.0.0.0/0, 1.2.3.4, ::1",
        "192.168.1.1, 192.168.1.1, 192.168.1.2",
        "fd00::/8, fdff::1, fe00::1",
        "::/0, ::1, 1.2.3.4",
        "::ffff:10.0.0.1, 10.0.0.1, 10.0.0.2",
        "10.0.0.1/32, ::ffff:10.0.0.1, ::10.0.0.1",
    })
    void aBlockHoldsItsAddressesOnly(String block, String inside, String outside) {
        Cidr cidr = (Cidr) Addresses.BLOCK.parser().apply(block);

        assertThat(cidr.contains(InetAddress.ofLiteral(inside))).isTrue();
        assertThat(cidr.contains(InetAddress.ofLiteral(outside))).isFalse();
    }
}
