package io.sluice.scenario;

import static io.sluice.scenario.Tunnelled.SWITCHED;
import static io.sluice.scenario.Tunnelled.awaitNoPipe;
import static io.sluice.scenario.Tunnelled.awaitStalled;
import static io.sluice.scenario.Tunnelled.crc;
import static io.sluice.scenario.Tunnelled.text;
import static io.sluice.scenario.Tunnelled.through;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** How tunnels end: in order, by a reset, by time, or with the proxy. */
@Scenario
final class TunnelEndIT {
    /** More MiB than all buffers of the kernel on the way take together, at the largest that it chooses by itself. */
    private static final int MANY = 96;

    @RegisterExtension
    final ProxyUnderTest proxy = new ProxyUnderTest();

    @ParameterizedTest
    @CsvSource({"COPIED, true", "COPIED, false", "SPLICED, true", "SPLICED, false"})
    void aResetOnOneSideIsAResetOnTheOther(Relaying relaying, boolean byClient) throws Exception {
        Signal reset = new Signal();
        ScriptedBackend backend = proxy.backend(connection -> {
            connection.request();
            connection.send(SWITCHED + "x");
            if (byClient) {
                connection.awaitReset();
            } else {
                reset.await();
                connection.reset();
            }
        });
        proxy.start(relaying.yaml(), backend);
        RawConnection client = through(proxy);
        assertThat(client.read()).isEqualTo('x');

        if (byClient) {
            client.reset();
            backend.connection(0).awaitEnded();
        } else {
            reset.raise();
            client.awaitReset();
        }

        proxy.awaitCounted(byClient ? "client_gone" : "backend_reset");
        awaitNoPipe(proxy);
    }

    @ParameterizedTest
    @EnumSource(Relaying.class)
    void aResetByAClientThatDoesNotReadIsNoticed(Relaying relaying) throws Exception {
        ScriptedBackend backend = proxy.backend(connection -> {
            connection.request();
            connection.send(SWITCHED);
            connection.send(Http.random(1 << 20), MANY);
        });
        proxy.start(relaying.yaml(), backend);
        RawConnection client = through(proxy);
        awaitStalled(backend);

        client.reset();

        proxy.awaitCounted("client_gone");
        backend.connection(0).awaitEnded();
        awaitNoPipe(proxy);
    }

    @ParameterizedTest
    @EnumSource(Relaying.class)
    void aReaderThatStallsHoldsTheOtherBackAndLosesNothing(Relaying relaying) throws Exception {
        byte[] block = Http.random(1 << 20);
        long all = (long) MANY << 20;
        ScriptedBackend backend = proxy.backend(connection -> {
            connection.request();
            connection.send(SWITCHED);
            connection.send(block, MANY);
            connection.halfClose();
            connection.awaitClose();
        });
        proxy.start(relaying.yaml(), backend);
        RawConnection client = through(proxy);

        awaitStalled(backend);
        assertThat(backend.connection(0).bytesSent()).isLessThan(all);
        assertThat(proxy.metric("sluice_buffered_bytes")).isLessThan(1 << 20);

        assertThat(client.crc(all)).isEqualTo(crc(block, MANY));
        client.halfClose();
        client.awaitClose();
    }

    @ParameterizedTest
    @EnumSource(Relaying.class)
    void whoHasSaidAllStillHearsAllHoweverSlowly(Relaying relaying) throws Exception {
        byte[] block = Http.random(1 << 20);
        ScriptedBackend backend = proxy.backend(connection -> {
            connection.request();
            connection.send(SWITCHED);
            assertThat(connection.rest()).isEqualTo("bye");
            connection.send(block, MANY);
        });
        proxy.start(relaying.yaml(), backend);
        RawConnection client = through(proxy);
        client.send("bye");
        client.halfClose();

        awaitStalled(backend);

        assertThat(client.crc((long) MANY << 20)).isEqualTo(crc(block, MANY));
        client.awaitClose();
        proxy.awaitMetric(0, "sluice_errors_total");
    }

    @Test
    void anIdleTunnelIsCut() throws Exception {
        proxy.start("timeouts: { tunnel: 300ms, request: 200ms }\n", proxy.backend(connection -> {
            connection.request();
            connection.send(SWITCHED);
            for (int i = 0; i < 5; i++) {
                connection.idle(Duration.ofMillis(150));
                connection.send("x");
            }
            connection.awaitReset();
        }));
        RawConnection client = through(proxy);

        assertThat(text(client, 5)).isEqualTo("xxxxx");
        long begun = System.nanoTime();
        client.awaitReset();

        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isBetween(Duration.ofMillis(200), Duration.ofSeconds(3));
        proxy.awaitCounted("tunnel_idle");
    }

    @Test
    void aDrainLetsTunnelsRunAndThenCutsThem() throws Exception {
        ScriptedBackend backend = proxy.backend(connection -> {
            connection.request();
            connection.send(SWITCHED);
            while (true) {
                connection.send(text(connection, 1));
            }
        });
        proxy.start("timeouts: { drain: { accepting: 0s, exchanges: 600ms } }\n", backend);
        RawConnection client = through(proxy);

        CompletableFuture<Integer> drained = proxy.server().drain();
        await("not ready").until(() -> proxy.server().notReady() != null);
        client.send("a");
        assertThat(client.read()).isEqualTo('a');
        client.awaitReset();

        assertThat(drained.get(5, TimeUnit.SECONDS)).isEqualTo(1);
        backend.connection(0).awaitEnded();
    }

    @Test
    void aDrainIsOverWhenTheLastTunnelEnds() throws Exception {
        proxy.start("timeouts: { drain: { accepting: 0s, exchanges: 30s } }\n", proxy.backend(connection -> {
            connection.request();
            connection.send(SWITCHED);
            connection.awaitClose();
        }));
        RawConnection client = through(proxy);
        CompletableFuture<Integer> drained = proxy.server().drain();

        client.halfClose();
        client.awaitClose();

        assertThat(drained.get(5, TimeUnit.SECONDS)).isZero();
    }
}
