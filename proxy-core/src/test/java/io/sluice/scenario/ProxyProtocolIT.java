package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** PROXY protocol headers from balancers in front: whom they name, and what follows from it. */
@Scenario
final class ProxyProtocolIT {
    private static final String V1 = "PROXY TCP4 192.0.2.7 203.0.113.9 51000 8443\r\n";
    private static final String V2 = BinaryHeader.of("192.0.2.7", 51000, "203.0.113.9", 8443);

    @RegisterExtension
    final ProxyUnderTest proxy = new ProxyUnderTest();

    @TempDir
    Path folder;

    private ScriptedBackend backend;

    static List<String> headers() {
        return List.of(V1, V2);
    }

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

    private Message forwarded() {
        return Message.ofHead(backend.connection(0).received());
    }

    // ---- whom it names ----

    @ParameterizedTest
    @MethodSource("headers")
    void takesTheClientFromAHeaderInTheSegmentOfItsRequest(String header) throws Exception {
        RawConnection client = client("required", "");

        client.send(header + Http.get("/"));

        assertThat(client.response().text()).isEqualTo("hello");
        assertThat(forwarded().value("X-Forwarded-For")).isEqualTo("192.0.2.7");
        assertThat(forwarded().value("X-Forwarded-Port")).isEqualTo("8443");
        client.send(Http.get("/again"));
        assertThat(client.response().text()).isEqualTo("hello");
        assertThat(proxy.metric("sluice_rejected_total")).isZero();
    }

    @ParameterizedTest
    @MethodSource("headers")
    void takesAHeaderByteByByte(String header) throws Exception {
        RawConnection client = client("required", "");

        proxy.sendInPieces(client, header + Http.get("/"), 1);

        assertThat(client.response().text()).isEqualTo("hello");
        assertThat(forwarded().value("X-Forwarded-For")).isEqualTo("192.0.2.7");
    }

    @ParameterizedTest
    @CsvSource({
        "2001:db8::7, 2001:db8:0:0:0:0:0:7",
        "::1, 0:0:0:0:0:0:0:1",
    })
    void takesIpv6InBothVersions(String source, String named) throws Exception {
        for (String header : List.of(
                "PROXY TCP6 " + source + " ::2 51000 443\r\n", BinaryHeader.of(source, 51000, "::2", 443))) {
            RawConnection client = backend == null ? client("required", "") : proxy.clientOf("behind");
            client.send(header + Http.get("/"));
            client.response();
        }

        List<String> seen = List.of(backend.connection(0).received().split("(?=GET )"));
        assertThat(seen).hasSize(2).allSatisfy(head ->
                assertThat(Message.ofHead(head).value("X-Forwarded-For")).isEqualTo(named));
    }

    @Test
    void takesAMappedAddressForTheIpv4AddressItIs() throws Exception {
        RawConnection client = client("required", "");

        client.send("PROXY TCP6 ::ffff:192.0.2.7 ::ffff:203.0.113.9 51000 443\r\n" + Http.get("/"));

        client.response();
        assertThat(forwarded().value("X-Forwarded-For")).isEqualTo("192.0.2.7");
    }

    @Test
    void answersPipelinedRequestsBehindAHeaderInOrder() throws Exception {
        RawConnection client = client("required", """
                routes:
                  - { name: settle, match: { path: /settle }, respond: { status: 200, body: settled } }
                  - { name: all, service: app }
                """);

        client.send(V2 + Http.get("/1") + Http.get("/settle") + Http.post("/2", "body"));

        assertThat(client.response().text()).isEqualTo("hello");
        assertThat(client.response().text()).isEqualTo("settled");
        assertThat(client.response().text()).isEqualTo("hello");
    }

    @Test
    void readsNoFurtherHeaderBehindTheFirst() throws Exception {
        RawConnection client = client("required", "");

        client.send(V1 + V1 + Http.get("/"));

        assertThat(client.response().status()).isGreaterThanOrEqualTo(400);
        assertThat(backend.connections()).isZero();
    }

    static List<String> namingNobody() {
        String unix = "a".repeat(108) + "b".repeat(108);
        return List.of(
                "PROXY UNKNOWN\r\n",
                "PROXY UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n",
                BinaryHeader.of(BinaryHeader.LOCAL, 0, ""),
                BinaryHeader.of(BinaryHeader.LOCAL, BinaryHeader.TCP4, "\300\0\2\7\300\0\2\7\1\1\1\1"),
                BinaryHeader.of(BinaryHeader.PROXY, 0, ""),
                BinaryHeader.of(BinaryHeader.PROXY, 0x31, unix),
                BinaryHeader.of(BinaryHeader.PROXY, 0x12, "\300\0\2\7\300\0\2\7\1\1\1\1"));
    }

    @ParameterizedTest
    @MethodSource("namingNobody")
    void keepsTheSocketsAddressWhereTheHeaderNamesNobody(String header) throws Exception {
        RawConnection client = client("required", "");

        client.send(header + Http.get("/"));

        assertThat(client.response().text()).isEqualTo("hello");
        assertThat(forwarded().value("X-Forwarded-For")).isEqualTo("127.0.0.1");
    }

    @Test
    void ignoresFurtherFields() throws Exception {
        RawConnection client = client("required", "");
        String ssl = BinaryHeader.field(0x20, "\1\0\0\0\0" + BinaryHeader.field(0x21, "TLSv1.3"));

        client.send(BinaryHeader.of("192.0.2.7", 1, "192.0.2.8", 2,
                BinaryHeader.field(0x02, "site.test"), ssl, BinaryHeader.field(0xea, "x".repeat(3000)), "end") + Http.get("/"));

        assertThat(client.response().text()).isEqualTo("hello");
        assertThat(forwarded().value("X-Forwarded-For")).isEqualTo("192.0.2.7");
    }

    // ---- what follows from it ----

    @Test
    void logsFiltersAndTrustsByTheAddressInTheHeader() throws Exception {
        RawConnection client = client("required", """
                routes:
                  - { name: settle, match: { path: /settle }, respond: { status: 200, body: settled } }
                  - { name: inside, match: { path: /inside }, service: app, filters: [allow: [192.0.2.0/24]] }
                  - { name: all, service: app }
                trustedProxies: [127.0.0.1, 198.51.100.1]
                accessLog: { path: "%s" }
                """.formatted(folder.resolve("log")));

        client.send(V1 + Http.get("/inside", "X-Forwarded-For: 10.0.0.1"));
        assertThat(client.response().status()).isEqualTo(200);
        RawConnection other = proxy.clientOf("behind");
        other.send("PROXY TCP4 198.51.100.1 203.0.113.9 1 2\r\n" + Http.get("/", "X-Forwarded-For: 192.0.2.9"));
        other.response();
        other.send(Http.get("/inside"));

        assertThat(other.response().status()).as("allowed are others").isEqualTo(403);
        String[] heads = backend.connection(0).received().split("(?=GET )");
        assertThat(Message.ofHead(heads[0]).value("X-Forwarded-For")).as("from nobody trusted").isEqualTo("192.0.2.7");
        assertThat(Message.ofHead(heads[1]).value("X-Forwarded-For")).isEqualTo("192.0.2.9, 198.51.100.1");
        await().untilAsserted(() -> assertThat(Files.readAllLines(folder.resolve("log"))).hasSize(3)
                .anySatisfy(line -> assertThat(line).contains("\"path\":\"/inside\"", "\"client\":\"192.0.2.7"))
                .anySatisfy(line -> assertThat(line).contains("\"path\":\"/\"", "\"client\":\"198.51.100.1")));
    }

    @Test
    void tellsTheBackendWhomTheHeaderNamed() throws Exception {
        RawConnection client = client("required", "services: { app: { endpoints: [${endpoints}], proxyProtocol: v1 } }\n");

        client.send(V2 + Http.get("/"));

        client.response();
        assertThat(backend.connection(0).received()).startsWith(V1 + "GET / HTTP/1.1\r\n");
    }

    // ---- optional ----

    @ParameterizedTest
    @MethodSource("headers")
    void takesAHeaderThatIsOptional(String header) throws Exception {
        RawConnection client = client("optional", "trustedProxies: [127.0.0.0/8]\n");

        proxy.sendInPieces(client, header, 5);
        client.send(Http.get("/"));

        assertThat(client.response().text()).isEqualTo("hello");
        assertThat(forwarded().value("X-Forwarded-For")).isEqualTo("192.0.2.7");
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "P", "PROXYING", "\r\nGET"})
    void servesRequestsWithoutAnOptionalHeader(String method) throws Exception {
        RawConnection client = client("optional", "");

        proxy.sendInPieces(client, Http.request(method + " / HTTP/1.1"), 4);

        assertThat(client.response().text()).isEqualTo("hello");
        assertThat(forwarded().value("X-Forwarded-For")).isEqualTo("127.0.0.1");
        assertThat(proxy.metric("sluice_rejected_total")).isZero();
    }

    @Test
    void servesAStrangerThatClaimsNothingWhereTheHeaderIsOptional() throws Exception {
        RawConnection client = client("optional", "trustedProxies: [10.0.0.0/8]\n");

        client.send(Http.get("/"));

        assertThat(client.response().text()).isEqualTo("hello");
    }
}
