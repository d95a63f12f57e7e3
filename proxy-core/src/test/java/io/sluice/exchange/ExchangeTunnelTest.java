package io.sluice.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.netty.buffer.ByteBuf;
import io.sluice.http.ProxyError;
import io.sluice.stream.FakeBackend;
import io.sluice.telemetry.ExchangeRecord;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An exchange that becomes a tunnel. */
final class ExchangeTunnelTest {
    private final ExchangeBench bench = new ExchangeBench();

    @AfterEach
    void nothingIsLeftOver() {
        bench.nothingIsLeft();
    }

    private FakeBackend switched() {
        bench.requests("GET /", "Connection: upgrade", "Upgrade: websocket");
        FakeBackend backend = bench.opens();
        backend.says("HTTP/1.1 101 Switching Protocols", "Connection: upgrade", "Upgrade: websocket", "Keep-Alive: 1");
        return backend;
    }

    @Test
    void passesTheSwitchOnAndThenBytesBothWays() {
        FakeBackend backend = switched();

        backend.detached.receives("from the backend");
        bench.client.detached.receives("from the client");

        assertThat(bench.client.events).containsExactly("101");
        assertThat(bench.client.detached.sent()).isEqualTo("from the backend");
        assertThat(backend.detached.sent()).isEqualTo("from the client");
        assertThat(bench.exchange.state.phase()).isEqualTo(ExchangeState.Phase.TUNNELLING);
        bench.client.detached.receivesEnd();
        backend.detached.receivesEnd();
        assertThat(bench.record().error()).isNull();
        assertThat(bench.record().status()).isEqualTo(101);
        assertThat(bench.record().bytesIn()).isEqualTo(15);
        assertThat(bench.record().bytesOut()).isEqualTo(16);
        assertThat(bench.record().bytesToBackend()).isEqualTo(15);
        assertThat(bench.record().bytesFromBackend()).isEqualTo(16);
        assertThat(bench.record().relay()).isEqualTo(ExchangeRecord.Relay.COPIED);
        assertThat(bench.record().relayReason()).isEqualTo("platform");
    }

    @Test
    void keepsTheOtherDirectionOpenWhenOneEnds() {
        FakeBackend backend = switched();

        bench.client.detached.receivesEnd();
        assertThat(backend.detached.outputShut).isTrue();
        backend.detached.receives("more");

        assertThat(bench.client.detached.sent()).isEqualTo("more");
        assertThat(bench.client.detached.outputShut).isFalse();
        backend.detached.receivesEnd();
        assertThat(bench.client.detached.isOpen()).isFalse();
        assertThat(bench.client.detached.resets).isFalse();
    }

    @Test
    void endsAnOutputOnlyBehindWhatWaitsForIt() {
        FakeBackend backend = switched();
        bench.client.detached.full = true;

        backend.detached.receives("last words");
        backend.detached.receivesEnd();

        assertThat(bench.client.detached.outputShut).isFalse();
        bench.client.detached.drains();
        assertThat(bench.client.detached.sent()).isEqualTo("last words");
        assertThat(bench.client.detached.outputShut).isTrue();
        bench.client.detached.receivesEnd();
    }

    @Test
    void holdsBackASideWhoseOtherTakesNothing() {
        FakeBackend backend = switched();
        bench.client.detached.full = true;

        int reads = 0;
        while (backend.detached.config().isAutoRead()) {
            backend.detached.receives("x".repeat(1000));
            reads++;
        }

        assertThat(reads).isBetween(10, 80);
        bench.client.detached.drains();
        assertThat(backend.detached.config().isAutoRead()).isTrue();
        assertThat(bench.client.detached.sent()).hasSize(reads * 1000);
        bench.client.detached.close();
    }

    @Test
    void whatWaitsInSmallPiecesKeepsNoReadsBuffer() {
        FakeBackend backend = switched();
        bench.client.detached.full = true;

        for (int i = 0; i < 3; i++) {
            backend.detached.receives("ten bytes!");
        }

        List<Integer> capacities = new ArrayList<>();
        assertThatCode(() -> bench.client.detached.unsafe().outboundBuffer().forEachFlushedMessage(waiting -> {
            capacities.add(((ByteBuf) waiting).capacity());
            return true;
        })).doesNotThrowAnyException();
        assertThat(capacities).hasSize(3);
        assertThat(capacities.subList(1, 3)).containsExactly(10, 10);
        bench.client.detached.close();
    }

    @Test
    void aSocketThatIsGoneResetsTheOther() {
        FakeBackend backend = switched();

        backend.detached.close();

        assertThat(bench.client.detached.isOpen()).isFalse();
        assertThat(bench.client.detached.resets).isTrue();
        assertThat(bench.record().error()).isEqualTo(ProxyError.BACKEND_RESET);
    }

    @Test
    void isCutWhenNothingCrossesForTooLong() {
        FakeBackend backend = switched();
        bench.pass(59 * 60);
        backend.detached.receives("x");
        bench.pass(59 * 60);
        assertThat(bench.client.detached.isOpen()).isTrue();

        bench.pass(2 * 60);

        assertThat(bench.client.detached.resets).isTrue();
        assertThat(backend.detached.resets).isTrue();
        assertThat(bench.record().error()).isEqualTo(ProxyError.TUNNEL_IDLE);
        bench.client.detached.sent();
    }

    @Test
    void isCutWhenTheWorkerAbandonsAllAndNotWhenItDrains() {
        FakeBackend backend = switched();

        bench.worker.drain(() -> { });
        assertThat(bench.client.detached.isOpen()).isTrue();
        bench.worker.abandon();

        assertThat(backend.detached.resets).isTrue();
        assertThat(bench.record().error()).isEqualTo(ProxyError.SHUTTING_DOWN);
        assertThat(bench.worker.connections()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Upgrade: other", "X-None: 1", "Upgrade: websocket, other"})
    void refusesASwitchToSomethingElse(String field) {
        bench.requests("GET /", "Connection: upgrade", "Upgrade: websocket");
        FakeBackend backend = bench.opens();

        backend.says("HTTP/1.1 101 Switching Protocols", "Connection: upgrade", field);

        assertThat(bench.client.status).isEqualTo(502);
        assertThat(backend.closed).isTrue();
        assertThat(bench.record().error()).isEqualTo(ProxyError.UNREQUESTED_UPGRADE);
    }
}
