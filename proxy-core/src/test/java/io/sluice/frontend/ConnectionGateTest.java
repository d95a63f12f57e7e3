package io.sluice.frontend;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConnectionGateTest {
    private final List<EmbeddedChannel> listening = new ArrayList<>();

    @AfterEach
    void closes() {
        listening.forEach(EmbeddedChannel::close);
    }

    private ConnectionGate gate(int max, int listeners) {
        ConnectionGate gate = new ConnectionGate(max);
        for (int i = 0; i < listeners; i++) {
            listening.add(new EmbeddedChannel());
            gate.guard(listening.getLast());
        }
        return gate;
    }

    private void accepting(boolean accepting) {
        assertThat(listening).allSatisfy(channel -> {
            channel.runPendingTasks();
            assertThat(channel.config().isAutoRead()).isEqualTo(accepting);
        });
    }

    private static void enter(ConnectionGate gate, int count) {
        for (int i = 0; i < count; i++) {
            gate.entered();
        }
    }

    private static void leave(ConnectionGate gate, int count) {
        for (int i = 0; i < count; i++) {
            gate.left();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 100})
    void stopsAllListenersAtTheLimitAndStartsThemBelowIt(int max) {
        ConnectionGate gate = gate(max, 3);
        enter(gate, max - 1);
        accepting(true);

        gate.entered();
        accepting(false);
        gate.left();

        accepting(true);
    }

    @Test
    void staysShutWhileABatchThatExceededTheLimitIsAboveIt() {
        ConnectionGate gate = gate(2, 1);
        enter(gate, 5);
        accepting(false);
        leave(gate, 3);
        accepting(false);

        gate.left();

        accepting(true);
    }

    @Test
    void opensAndShutsAsOftenAsNeeded() {
        ConnectionGate gate = gate(2, 2);
        for (int i = 0; i < 10; i++) {
            enter(gate, 2);
            accepting(false);
            leave(gate, 2);
            accepting(true);
        }
    }

    @Test
    void decidesOnTheListenersLoopByTheCountOfThatMoment() throws InterruptedException {
        ConnectionGate gate = gate(1, 1);
        Thread elsewhere = Thread.ofPlatform().start(() -> {
            for (int i = 0; i < 1000; i++) {
                gate.entered();
                gate.left();
            }
            gate.entered();
        });
        elsewhere.join();

        accepting(false);
    }
}
