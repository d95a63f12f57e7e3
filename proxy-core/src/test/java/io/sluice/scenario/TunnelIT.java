package io.sluice.scenario;

import static io.sluice.scenario.Tunnelled.BLOCKS;
import static io.sluice.scenario.Tunnelled.LARGE;
import static io.sluice.scenario.Tunnelled.SWITCHED;
import static io.sluice.scenario.Tunnelled.awaitNoPipe;
import static io.sluice.scenario.Tunnelled.crc;
import static io.sluice.scenario.Tunnelled.text;
import static io.sluice.scenario.Tunnelled.through;
import static io.sluice.scenario.Tunnelled.upgrade;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sluice.transport.Transport;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An upgraded connection is a tunnel: bytes of any meaning, in both directions, each up to its own end. */
@Scenario
final class TunnelIT {
    @RegisterExtension
    final ProxyUnderTest proxy = new ProxyUnderTest();

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(Relaying.class)
    void passesTheUpgradeOnAndThenEveryByteBothWays(Relaying relaying) throws Exception {
        proxy.start(relaying.yaml(), proxy.backend(connection -> {
            Message request = connection.request();
            assertThat(request.values("Connection")).containsExactly("upgrade");
            assertThat(request.values("Upgrade")).containsExactly("websocket");
            assertThat(request.values("Sec-WebSocket-Key")).containsExactly("x");
            connection.send(SWITCHED);
            assertThat(text(connection, 4)).isEqualTo("ping");
            connection.send("pong");
            assertThat(connection.rest()).isEqualTo("bye");
            connection.send("goodbye");
        }));
        RawConnection client = proxy.client();

        client.send(upgrade("Sec-WebSocket-Key: x"));
        Message switched = client.head();
        client.send("ping");

        assertThat(switched.status()).isEqualTo(101);
        assertThat(switched.values("Connection")).containsExactly("upgrade");
        assertThat(switched.values("Upgrade")).containsExactly("websocket");
        assertThat(switched.values("X-Kept")).containsExactly("1");
        assertThat(text(client, 4)).isEqualTo("pong");
        client.send("bye");
        client.halfClose();
        assertThat(client.rest()).isEqualTo("goodbye");
        awaitNoPipe(proxy);
    }

    @ParameterizedTest
    @EnumSource(Relaying.class)
    void bytesThatCameWithTheHeadsComeFirst(Relaying relaying) throws Exception {
        proxy.start(relaying.yaml(), proxy.backend(connection -> {
            connection.request();
            connection.send(SWITCHED + "early server");
            assertThat(text(connection, 16)).isEqualTo("early clientlate");
            connection.send(" late");
        }));
        RawConnection client = proxy.client();

        client.send(upgrade() + "early client");
        assertThat(client.head().status()).isEqualTo(101);
        assertThat(text(client, 12)).isEqualTo("early server");
        client.send("late");

        assertThat(text(client, 5)).isEqualTo(" late");
    }

    @Test
    void holdsWhatComesBehindTheRequestUntilTheBackendSwitches() throws Exception {
        Signal go = new Signal();
        proxy.start(proxy.backend(connection -> {
            connection.request();
            go.await();
            assertThat(connection.readable()).isFalse();
            connection.send(SWITCHED);
            assertThat(text(connection, 5)).isEqualTo("early");
        }));
        RawConnection client = proxy.client();
        client.send(upgrade() + "early");
        proxy.settle();

        go.raise();

        assertThat(client.head().status()).isEqualTo(101);
        client.awaitClose();
    }

    @ParameterizedTest
    @EnumSource(Relaying.class)
    void largeAmountsCrossBothWaysAtOnce(Relaying relaying) throws Exception {
        byte[] block = Http.random(1 << 20);
        proxy.start(relaying.yaml(), proxy.backend(connection -> {
            connection.request();
            connection.send(SWITCHED);
            Background sending = Background.run(() -> connection.send(block, BLOCKS));
            assertThat(connection.crc(LARGE)).isEqualTo(crc(block));
            sending.awaitEnd();
            connection.halfClose();
            connection.awaitClose();
        }));
        RawConnection client = through(proxy);

        Background sending = Background.run(() -> client.send(block, BLOCKS));
        assertThat(client.crc(LARGE)).isEqualTo(crc(block));
        sending.awaitEnd();
        client.halfClose();
        client.awaitClose();

        boolean spliced = relaying != Relaying.COPIED && Transport.detect() == Transport.EPOLL;
        proxy.awaitMetric(1, "sluice_relays_total", "kind=" + (spliced ? "spliced" : "copied"));
        proxy.awaitMetric(LARGE, "sluice_bytes_total", "side=client", "direction=in");
        proxy.awaitMetric(LARGE, "sluice_bytes_total", "side=client", "direction=out");
        assertThat(proxy.metric("sluice_splice_mismatch_total")).isZero();
        if (spliced) {
            assertThat(proxy.metric("sluice_zero_copy_bytes_total", "mechanism=splice")).isGreaterThan(LARGE);
        }
        awaitNoPipe(proxy);
    }

    @ParameterizedTest
    @EnumSource(Relaying.class)
    void aBackendThatHasSaidAllIsStillToldTheRest(Relaying relaying) throws Exception {
        byte[] last = Http.random(300_000);
        proxy.start(relaying.yaml(), proxy.backend(connection -> {
            connection.request();
            connection.send(SWITCHED);
            connection.send(last);
            connection.halfClose();
            assertThat(connection.rest()).isEqualTo("still here");
        }));
        RawConnection client = through(proxy);

        assertThat(Http.bytes(client.rest())).isEqualTo(last);
        client.send("still here");
        client.halfClose();

        proxy.awaitMetric(0, "sluice_requests_active");
        assertThat(proxy.metric("sluice_errors_total")).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"200 OK", "403 Forbidden", "426 Upgrade Required"})
    void anotherAnswerIsAResponseLikeAnyOther(String status) throws Exception {
        proxy.start(proxy.backend(connection -> {
            connection.request();
            connection.send("HTTP/1.1 " + status + "\r\nContent-Length: 2\r\nUpgrade: websocket\r\n\r\nno");
            connection.awaitEnd();
        }, Script.answering(Http.ok("next"))));
        RawConnection client = proxy.client();

        client.send(upgrade());
        Message refused = client.response();
        client.send(Http.get("/"));

        assertThat(refused.text()).isEqualTo("no");
        assertThat(client.response().text()).isEqualTo("next");
        // Whoever was asked to switch gets no second request.
        assertThat(proxy.metric("sluice_pool_created_total")).isEqualTo(2);
    }

    @Test
    void aSwitchToWhatNobodyOfferedIsRefused() throws Exception {
        proxy.start(proxy.backend(Script.answeringThenWaiting(
                "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: other\r\n\r\n")));
        RawConnection client = proxy.client();

        client.send(upgrade());

        assertThat(client.response().status()).isEqualTo(502);
        proxy.awaitCounted("unrequested_upgrade");
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2c", "H2C", "h2c, HTTP/2.0", "TLS/1.2", "bad token"})
    void whatConcernsTheConnectionItselfIsNotPassedOn(String protocols) throws Exception {
        proxy.start(proxy.backend(connection -> {
            Message request = connection.request();
            assertThat(request.values("Upgrade")).isEmpty();
            assertThat(request.values("Connection")).isEmpty();
            assertThat(request.values("HTTP2-Settings")).isEmpty();
            connection.send(Http.ok("plain"));
        }));
        RawConnection client = proxy.client();

        client.send(Http.get("/", "Connection: Upgrade", "Upgrade: " + protocols, "HTTP2-Settings: AAMAAABkAARAAAAA"));

        assertThat(client.response().text()).isEqualTo("plain");
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET / HTTP/1.0", "GET /nameless HTTP/1.1"})
    void whoDoesNotAskProperlyGetsNoUpgrade(String line) throws Exception {
        proxy.start(proxy.backend(connection -> {
            assertThat(connection.request().values("Upgrade")).isEmpty();
            connection.send(Http.ok("plain"));
        }));
        RawConnection client = proxy.client();

        client.send(Http.request(line, line.endsWith("0") ? "Connection: upgrade" : "X-Other: 1", "Upgrade: websocket"));

        assertThat(client.response().text()).isEqualTo("plain");
    }

    @Test
    void theRecordTellsOfTheWholeTunnel() throws Exception {
        assumeTrue(Transport.detect() == Transport.EPOLL);
        proxy.start("accessLog: { path: \"" + folder.resolve("access.log") + "\" }\n", proxy.backend(connection -> {
            connection.request();
            connection.send(SWITCHED);
            assertThat(connection.rest()).isEqualTo("seven!!");
            connection.send("four");
        }));
        RawConnection client = through(proxy);

        client.send("seven!!");
        client.halfClose();
        assertThat(client.rest()).isEqualTo("four");

        await().until(() -> Files.exists(folder.resolve("access.log")) && Files.size(folder.resolve("access.log")) > 0);
        assertThat(Files.readString(folder.resolve("access.log"))).contains(
                "\"protocol\":\"HTTP/1.1\"", "\"path\":\"/chat\"", "\"status\":101", "\"bytesIn\":7", "\"bytesOut\":4",
                "\"relay\":\"copied\"", "\"relayReason\":\"small\"", "\"end\":\"ok\"");
        proxy.awaitMetric(1, "sluice_requests_total", "code=1xx");
    }

    @Test
    void aQuietTunnelHoldsNoPipe() throws Exception {
        assumeTrue(Transport.detect() == Transport.EPOLL);
        byte[] block = Http.random(1 << 20);
        proxy.start(proxy.backend(connection -> {
            connection.request();
            connection.send(SWITCHED);
            connection.send(block, BLOCKS);
            assertThat(text(connection, 4)).isEqualTo("next");
            connection.send(block, BLOCKS);
            connection.awaitClose();
        }));
        RawConnection client = through(proxy);
        awaitPipe();

        assertThat(client.crc(LARGE)).isEqualTo(crc(block));
        awaitNoPipe(proxy);
        client.send("next");
        awaitPipe();

        assertThat(client.crc(LARGE)).isEqualTo(crc(block));
        awaitNoPipe(proxy);
        client.halfClose();
        client.awaitClose();
    }

    /** Where the last of what fits comes in drops, the pipe is given back before anybody has read. */
    private void awaitPipe() {
        await().until(() -> proxy.server().activePipes() == 1 || proxy.metric("sluice_pipes", "state=idle") > 0);
    }
}
