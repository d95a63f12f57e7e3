package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.scenario.Message.Ending;
import java.net.ConnectException;
import java.net.SocketException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** PROXY protocol headers that are missing, broken, late, or from somebody whom nobody believes. */
@Scenario
final class ProxyProtocolRefusalIT {
    private static final String V1 = "PROXY TCP4 192.0.2.7 203.0.113.9 51000 8443\r\n";

    @RegisterExtension
    final ProxyUnderTest proxy = new ProxyUnderTest();

    private ScriptedBackend backend;

    /** The plain listener stays: {@link ProxyUnderTest#settle} uses it. */
    private RawConnection client(String proxyProtocol, String yaml) throws Exception {
        backend = proxy.backend(Script.answering(Http.ok("hello")));
        proxy.start("""
                listeners:
                  - { name: web, address: "127.0.0.1:0" }
                  - { name: behind, address: "127.0.0.1:0", proxyProtocol: %s }
                """.formatted(proxyProtocol) + yaml, backend);
        return proxy.clientOf("behind");
    }

    private void assertRefused(RawConnection client, String reason) throws Exception {
        client.awaitEnd();
        assertThat(client.received()).isEmpty();
        proxy.awaitMetric(1, "sluice_rejected_total", "listener=behind", "reason=" + reason);
        proxy.settle();
        assertThat(backend.connections()).isZero();
        assertThat(proxy.metric("sluice_requests_total", "listener=behind")).isZero();
    }

    // ---- whom nobody believes ----

    @ParameterizedTest
    @ValueSource(strings = {"optional", "required"})
    void refusesAHeaderFromOutsideOfTheTrustedProxies(String proxyProtocol) throws Exception {
        RawConnection client = client(proxyProtocol, "trustedProxies: [10.0.0.0/8]\n");

        client.send(V1 + Http.get("/"));

        assertRefused(client, "proxy_header_untrusted");
    }

    // ---- what is refused ----

    @ParameterizedTest
    @ValueSource(strings = {"GET / HTTP/1.1\r\n\r\n", "x", "proxy TCP4 1.1.1.1 1.1.1.1 1 1\r\n", "\r\n\r\n\0\r\nQUIZ"})
    void refusesAConnectionWithoutTheHeaderItMustHave(String bytes) throws Exception {
        RawConnection client = client("required", "");

        client.send(bytes);

        assertRefused(client, "proxy_header_missing");
    }

    static List<String> malformed() {
        String v4 = "\300\0\2\7\300\0\2\7\1\1\1\1";
        return List.of(
                "PROXY TCP4 192.0.2.7 203.0.113.9 51000\r\n",
                "PROXY TCP4 192.0.2.7 203.0.113.9 51000 443 7\r\n",
                "PROXY TCP4 192.0.2.7 203.0.113.9 51000 65536\r\n",
                "PROXY TCP4 192.0.2.7 203.0.113.9 -1 443\r\n",
                "PROXY TCP4 192.0.2.256 203.0.113.9 51000 443\r\n",
                "PROXY TCP4 192.0.2 203.0.113.9 51000 443\r\n",
                "PROXY TCP4 192.0.02.7 203.0.113.9 51000 443\r\n",
                "PROXY TCP4 site.test 203.0.113.9 51000 443\r\n",
                "PROXY TCP4 ::1 ::1 51000 443\r\n",
                "PROXY TCP6 192.0.2.7 203.0.113.9 51000 443\r\n",
                "PROXY TCP6 [::1] ::1 51000 443\r\n",
                "PROXY TCP6 fe80::1%1 ::1 51000 443\r\n",
                "PROXY UDP4 192.0.2.7 203.0.113.9 51000 443\r\n",
                "PROXY  TCP4 192.0.2.7 203.0.113.9 51000 443\r\n",
                "PROXY \r\nGET / HTTP/1.1\r\n",
                "PROXY TCP4 192.0.2.7 203.0.113.9 51000 443\n" + Http.get("/"),
                "PROXY UNKNOWN " + "x".repeat(200),
                "PROXY UNKNOWN " + "x".repeat(200) + "\r\n",
                BinaryHeader.of(0x11, BinaryHeader.TCP4, v4),
                BinaryHeader.of(0x22, BinaryHeader.TCP4, v4),
                BinaryHeader.of(BinaryHeader.PROXY, 0x41, v4),
                BinaryHeader.of(BinaryHeader.PROXY, 0x13, v4),
                BinaryHeader.of(BinaryHeader.PROXY, BinaryHeader.TCP4, v4.substring(1)),
                BinaryHeader.of(BinaryHeader.PROXY, BinaryHeader.TCP6, v4),
                BinaryHeader.of(BinaryHeader.PROXY, 0x31, v4),
                BinaryHeader.of(BinaryHeader.PROXY, BinaryHeader.TCP4, v4 + "\2" + BinaryHeader.number(9) + "short"),
                BinaryHeader.of("192.0.2.7", 1, "192.0.2.8", 2, BinaryHeader.field(0xea, "x".repeat(5000))),
                BinaryHeader.SIGNATURE + "\41\21" + BinaryHeader.number(65535) + "x".repeat(8000));
    }

    @ParameterizedTest
    @MethodSource("malformed")
    void refusesABrokenHeader(String header) throws Exception {
        RawConnection client = client("required", "");

        client.send(header);

        assertRefused(client, "proxy_header_malformed");
    }

    @Test
    void refusesABrokenHeaderEvenIfAGoodOneFollows() throws Exception {
        RawConnection client = client("optional", "");

        client.send("PROXY TCP4 bad\r\n" + V1 + Http.get("/"));

        assertRefused(client, "proxy_header_malformed");
    }

    @Test
    void survivesHeadersOfNonsense() throws Exception {
        RawConnection client = client("required", "");
        String ssl = BinaryHeader.field(0x20, "\1\0\0\0\0" + BinaryHeader.field(0x21, "TLSv1.3")
                + BinaryHeader.field(0x20, "\1\0\0\0\0" + BinaryHeader.field(0x22, "name")));
        String good = BinaryHeader.of("192.0.2.7", 1, "192.0.2.8", 2, BinaryHeader.field(0x02, "site.test"), ssl);
        Random random = new Random(7);

        for (int i = 0; i < 300; i++) {
            StringBuilder header = new StringBuilder(i % 3 == 0 ? V1 : good);
            for (int edits = random.nextInt(3); edits >= 0; edits--) {
                header.setCharAt(i % 2 == 0 ? random.nextInt(header.length()) : Math.min(12 + random.nextInt(30),
                        header.length() - 1), (char) random.nextInt(256));
            }
            try (RawConnection one = RawConnection.to(proxy.server().address("behind"))) {
                one.send(header + Http.get("/settle"));
                one.halfClose();
                one.awaitEnd();
            } catch (SocketException _) {
                // Refused already: there is nothing left to close.
            }
        }

        // What leaks is found by the detector, and what stays open by the checks after every test.
        client.send(good + Http.get("/"));
        assertThat(client.response().text()).isEqualTo("hello");
        assertThat(proxy.metric("sluice_rejected_total", "reason=proxy_header_malformed")).isGreaterThan(100);
        assertThat(proxy.metric("sluice_rejected_total", "reason=internal")).isZero();
    }

    @Test
    void leavesOthersAloneWhenItRefusesOne() throws Exception {
        RawConnection client = client("required", "");
        client.send(V1 + Http.get("/"));
        client.response();
        RawConnection broken = proxy.clientOf("behind");

        broken.send("PROXY broken\r\n");
        broken.awaitEnd();

        client.send(Http.get("/"));
        assertThat(client.response().text()).isEqualTo("hello");
    }

    // ---- in time ----

    @ParameterizedTest
    @ValueSource(strings = {"", "PRO", "PROXY TCP4 192.0.2.7", "\r\n\r\n\0\r\nQUIT\n\41"})
    void refusesAHeaderThatIsNotThereInTime(String beginning) throws Exception {
        RawConnection client = client("required", "timeouts: { requestHead: 200ms }\n");

        client.send(beginning);

        assertRefused(client, "proxy_header_timeout");
    }

    @Test
    void countsTheTimeOfAnOptionalHeaderFromItsFirstByte() throws Exception {
        RawConnection client = client("optional", "timeouts: { requestHead: 200ms }\n");

        client.idle(Duration.ofMillis(400));
        client.send("PROXY");

        assertRefused(client, "proxy_header_timeout");
    }

    @Test
    void closesAnIdleConnectionWithoutAnOptionalHeaderLikeAnyOther() throws Exception {
        RawConnection client = client("optional", "timeouts: { keepAlive: 200ms }\n");

        client.awaitClose();

        assertThat(proxy.metric("sluice_rejected_total")).isZero();
    }

    @Test
    void takesNoOffenceAtAProbeThatOnlyConnects() throws Exception {
        RawConnection client = client("required", "");
        client.halfClose();

        assertThat(client.awaitEnd()).isEqualTo(Ending.CLOSED);
        assertThat(proxy.metric("sluice_rejected_total")).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"PRO", "PROXY TCP4 192.0.2.7", "\r\n\r\n\0\r\nQUIT\n\41"})
    void countsAHeaderThatItsSenderBreaksOff(String beginning) throws Exception {
        RawConnection client = client("required", "");

        client.send(beginning);
        client.halfClose();

        assertRefused(client, "proxy_header_malformed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "PROXY TCP4 192.0.2.7"})
    void endsWhatAwaitsAHeaderWhenItDrains(String beginning) throws Exception {
        RawConnection client = client("required", "timeouts: { drain: { accepting: 0s, exchanges: 10s } }\n");
        client.send(beginning);
        proxy.settle();

        assertThat(proxy.server().drain().get()).isZero();

        client.awaitEnd();
        try {
            proxy.clientOf("behind");
        } catch (ConnectException _) {
            return;
        }
        throw new AssertionError("it still accepts");
    }

    @Test
    void takesAMethodNamedProxyForABrokenHeader() throws Exception {
        RawConnection client = client("optional", "");

        client.send(Http.request("PROXY / HTTP/1.1"));

        assertRefused(client, "proxy_header_malformed");
    }
}
