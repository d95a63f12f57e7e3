package io.sluice.filter;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.Cidr;
import io.sluice.http.Encryption;
import io.sluice.http.Peer;
import io.sluice.http.ProxyError;
import io.sluice.http.RequestHead;
import io.sluice.http.RequestHeads;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ForwardingTest {
    private static final Cidr TEN = new Cidr(InetAddress.ofLiteral("10.0.0.0"), 8);
    private static final Cidr FD = new Cidr(InetAddress.ofLiteral("fd00::"), 8);

    private final Forwarding forwarding = new Forwarding(List.of(TEN, FD));

    @Test
    void tellsTheBackendWhoAsked() {
        RequestHead head = head("Host: example.com:8080");

        assertThat(forwarding.apply(head, stranger())).isNull();

        assertThat(RequestHeads.kept(head)).containsExactly(
                "Host: example.com:8080",
                "X-Forwarded-For: 203.0.113.9",
                "X-Forwarded-Proto: http",
                "X-Forwarded-Host: example.com:8080",
                "X-Forwarded-Port: 8080",
                "Via: 1.1 sluice");
    }

    @Test
    void says10OfARequestReceivedSoAndNothingOfAHostThatIsNot() {
        RequestHead head = RequestHeads.of("GET / HTTP/1.0");

        forwarding.apply(head, new Peer(socket("203.0.113.9", 5), socket("10.1.1.1", 443),
                new Encryption("TLSv1.3", "TLS_AES_128_GCM_SHA256", null, null), false, 0));

        assertThat(RequestHeads.kept(head)).containsExactly(
                "X-Forwarded-For: 203.0.113.9", "X-Forwarded-Proto: https", "X-Forwarded-Port: 443", "Via: 1.0 sluice");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "X-Forwarded-For: 127.0.0.1", "x-forwarded-for: 10.0.0.1", "X-FORWARDED-PROTO: https", "X-Forwarded-Host: evil",
        "X-Forwarded-Port: 1", "Forwarded: for=127.0.0.1;proto=https", "X-Real-IP: 127.0.0.1", "X-Forwarded-Prefix: /evil",
        "X-Forwarded-Server: evil", "X-Forwarded-Ssl: on",
    })
    void dropsWhatAStrangerClaims(String claim) {
        RequestHead head = head("Host: a", claim, "Accept: */*", claim);

        forwarding.apply(head, stranger());

        assertThat(RequestHeads.kept(head)).containsExactly(
                "Host: a", "Accept: */*",
                "X-Forwarded-For: 203.0.113.9", "X-Forwarded-Proto: http", "X-Forwarded-Host: a", "X-Forwarded-Port: 8080",
                "Via: 1.1 sluice");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "X_Forwarded_For: 127.0.0.1", "X-Forwarded_For: 127.0.0.1", "x_forwarded-proto: https", "X_FORWARDED_HOST: evil",
        "X_Forwarded_Port: 1", "X_Real_IP: 127.0.0.1", "X-Real_IP: 127.0.0.1", "X_Forwarded_Prefix: /evil",
    })
    void dropsLookAlikesWithUnderscoresWhoeverSendsThem(String claim) {
        for (Peer peer : List.of(stranger(), proxy())) {
            RequestHead head = head("Host: a", claim);

            forwarding.apply(head, peer);

            assertThat(RequestHeads.kept(head)).doesNotContain(claim).hasSize(6);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"X-Forward: 1", "X_Real_I: 1", "X-Real-IPs: 1", "Y-Forwarded-For: 1", "X-Forwarded: 1", "X: 1"})
    void leavesOtherNamesAlone(String field) {
        RequestHead head = head("Host: a", field);

        forwarding.apply(head, stranger());

        assertThat(RequestHeads.kept(head)).contains(field);
    }

    @Test
    void appendsToATrustedProxysListAndKeepsWhatItSaid() {
        RequestHead head = head(
                "Host: internal",
                "X-Forwarded-For: 198.51.100.1, 198.51.100.2",
                "X-Forwarded-Proto: https",
                "X-Forwarded-For:",
                "X-Forwarded-Host: www.example.com",
                "X-Forwarded-For: 10.0.0.7",
                "X-Forwarded-Port: 443",
                "X-Forwarded-Prefix: /shop",
                "X-Real-IP: 198.51.100.1");

        forwarding.apply(head, proxy());

        assertThat(RequestHeads.kept(head)).containsExactly(
                "Host: internal",
                "X-Forwarded-Proto: https",
                "X-Forwarded-Host: www.example.com",
                "X-Forwarded-Port: 443",
                "X-Forwarded-Prefix: /shop",
                "X-Real-IP: 198.51.100.1",
                "X-Forwarded-For: 198.51.100.1, 198.51.100.2, 10.0.0.7, 10.0.0.9",
                "Via: 1.1 sluice");
    }

    @Test
    void fillsInWhatATrustedProxyLeftOut() {
        RequestHead head = head("Host: a", "X-Forwarded-Proto: https");

        forwarding.apply(head, proxy());

        assertThat(RequestHeads.kept(head)).containsExactly(
                "Host: a", "X-Forwarded-Proto: https", "X-Forwarded-For: 10.0.0.9", "X-Forwarded-Host: a",
                "X-Forwarded-Port: 8080", "Via: 1.1 sluice");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "10.0.0.9 | example.com     | for=10.0.0.9;proto=http;host=example.com",
        "10.0.0.9 | example.com:81  | for=10.0.0.9;proto=http;host=\"example.com:81\"",
        "10.0.0.9 | [::1]:81        | for=10.0.0.9;proto=http;host=\"[::1]:81\"",
        "10.0.0.9 | a\"b\\c         | for=10.0.0.9;proto=http;host=\"a\\\"b\\\\c\"",
        "fd00::1  | a               | for=\"[fd00:0:0:0:0:0:0:1]\";proto=http;host=a",
    })
    void extendsForwardedWithItsElement(String peer, String host, String element) {
        RequestHead head = head("Host: " + host, "Forwarded: for=198.51.100.1", "Forwarded: for=\"_x\"");

        forwarding.apply(head, new Peer(socket(peer, 5), socket("10.1.1.1", 8080), null, true, 0));

        assertThat(RequestHeads.kept(head))
                .contains("Forwarded: for=198.51.100.1, for=\"_x\", " + element)
                .filteredOn(line -> line.startsWith("Forwarded")).hasSize(1);
    }

    @Test
    void startsNoForwardedOfItsOwn() {
        RequestHead head = head("Host: a");

        forwarding.apply(head, proxy());

        assertThat(RequestHeads.kept(head)).noneMatch(line -> line.startsWith("Forwarded"));
    }

    @Test
    void leavesTheZoneOfALinkLocalAddressOut() throws Exception {
        InetAddress zoned = java.net.Inet6Address.getByAddress(
                null, InetAddress.ofLiteral("fe80::1").getAddress(), 3);
        RequestHead head = head("Host: a");

        forwarding.apply(head, new Peer(new InetSocketAddress(zoned, 5), socket("10.1.1.1", 8080), null, false, 0));

        assertThat(RequestHeads.kept(head)).contains("X-Forwarded-For: fe80:0:0:0:0:0:0:1");
    }

    @Test
    void joinsViaAfterTheReceivedList() {
        RequestHead head = head("Host: a", "Via: 1.0 fred, HTTP/1.1 p.example.net (Apache, sluice)", "Via: 1.1 x");

        assertThat(forwarding.apply(head, stranger())).isNull();

        assertThat(RequestHeads.kept(head))
                .contains("Via: 1.0 fred, HTTP/1.1 p.example.net (Apache, sluice), 1.1 x, 1.1 sluice");
    }

    @ParameterizedTest
    @CsvSource({"9, false", "10, true", "11, true"})
    void refusesARequestThatGoesInCircles(int passages, boolean refused) {
        List<String> fields = new ArrayList<>(List.of("Host: a", "Via: 1.1 other"));
        for (int i = 0; i < passages; i++) {
            fields.add(i % 2 == 0 ? "Via: HTTP/1.1\t Sluice (x, y)" : "Via: 1.1 sluice,1.0 other");
        }

        assertThat(forwarding.apply(head(fields.toArray(String[]::new)), stranger()))
                .isEqualTo(refused ? ProxyError.LOOP_DETECTED : null);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "1.1 x (sluice, 1.1 sluice)", "1.1 x (a (b), 1.1 sluice)", "1.1 x (\\), 1.1 sluice )", "sluice 1.1", "1.1 sluice2",
        "1.1 x sluice", "1.1,sluice", "1.1 x ), (, 1.1 sluice",
    })
    void countsNoOtherMentionOfItsNameAsAPassage(String element) {
        String[] fields = new String[20];
        java.util.Arrays.fill(fields, "Via: " + element);

        assertThat(forwarding.apply(head(fields), stranger())).isNull();
    }

    @Test
    void survivesAHeadThatHasNoRoomLeft() {
        // Appending moves the bytes: whatever was read from them before must be read again.
        for (int length = 850; length < 1024; length++) {
            RequestHead head = head("Host: example.com:81", "Forwarded: for=x", "X-Forwarded-For: 198.51.100.1",
                    "Via: 1.1 y", "X-Fill: " + "f".repeat(length - 120));

            forwarding.apply(head, proxy());

            assertThat(RequestHeads.kept(head)).contains(
                    "X-Forwarded-For: 198.51.100.1, 10.0.0.9",
                    "X-Forwarded-Host: example.com:81",
                    "Forwarded: for=x, for=10.0.0.9;proto=http;host=\"example.com:81\"",
                    "Via: 1.1 y, 1.1 sluice");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "                                             | 10.0.0.9",
        "198.51.100.1                                 | 198.51.100.1",
        "198.51.100.1, 10.0.0.7                       | 198.51.100.1",
        "127.0.0.1, 198.51.100.1, 10.0.0.7            | 198.51.100.1",
        "10.0.0.5, 10.0.0.7                           | 10.0.0.5",
        "198.51.100.1:4711,10.0.0.7:80                | 198.51.100.1",
        "[2001:db8::1]:4711, fd00::7                  | 2001:db8:0:0:0:0:0:1",
        "198.51.100.1, , ,10.0.0.7 ,                  | 198.51.100.1",
        "198.51.100.1, unknown, 10.0.0.7              | 10.0.0.7",
        "198.51.100.1, localhost                      | 10.0.0.9",
        "198.51.100.1, 010.0.0.7                      | 10.0.0.9",
        "198.51.100.1, \"10.0.0.7\"                   | 10.0.0.9",
        "198.51.100.1, ::ffff:10.0.0.7                | 198.51.100.1",
        ",                                            | 10.0.0.9",
    })
    void findsTheLastAddressThatNoTrustedProxyOwns(String list, String client) {
        RequestHead head = head("Host: a", "X-Forwarded-For: " + (list == null ? "" : list));

        assertThat(forwarding.client(head, proxy()).getHostAddress()).isEqualTo(client);
    }

    @Test
    void walksSeveralListsFromTheLastOne() {
        RequestHead head = head("X-Forwarded-For: 192.0.2.1", "Host: a", "X-Forwarded-For: 192.0.2.2,10.0.0.1",
                "X-Forwarded-For: 10.0.0.2");

        assertThat(forwarding.client(head, proxy()).getHostAddress()).isEqualTo("192.0.2.2");
    }

    @Test
    void believesNoListOfAStranger() {
        RequestHead head = head("Host: a", "X-Forwarded-For: 10.0.0.1", "X_Forwarded_For: 10.0.0.1");

        assertThat(forwarding.client(head, stranger()).getHostAddress()).isEqualTo("203.0.113.9");
    }

    @Test
    void trustsTheConfiguredBlocksOnly() {
        assertThat(forwarding.trusts(InetAddress.ofLiteral("10.200.0.1"))).isTrue();
        assertThat(forwarding.trusts(InetAddress.ofLiteral("fd12::1"))).isTrue();
        assertThat(forwarding.trusts(InetAddress.ofLiteral("11.0.0.1"))).isFalse();
        assertThat(new Forwarding(List.of()).trusts(InetAddress.ofLiteral("127.0.0.1"))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 7, 10, 99, 100, 999, 1000, 9999, 10000, 65535})
    void writesPortsAsDecimals(int port) {
        assertThat(new StringBuilder().append((CharSequence) new PortText(port)).toString()).isEqualTo(port + "");
        assertThat(new PortText(port).chars().mapToObj(Character::toString).reduce("", String::concat))
                .isEqualTo(port + "").isEqualTo(new PortText(port).subSequence(0, (port + "").length()));
    }

    private static RequestHead head(String... fields) {
        List<String> lines = new ArrayList<>(List.of("GET / HTTP/1.1"));
        lines.addAll(List.of(fields));
        return RequestHeads.of(lines.toArray(String[]::new));
    }

    private static Peer stranger() {
        return new Peer(socket("203.0.113.9", 50000), socket("10.1.1.1", 8080), null, false, 0);
    }

    private static Peer proxy() {
        return new Peer(socket("10.0.0.9", 50000), socket("10.1.1.1", 8080), null, true, 0);
    }

    private static InetSocketAddress socket(String address, int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(address), port);
    }
}
