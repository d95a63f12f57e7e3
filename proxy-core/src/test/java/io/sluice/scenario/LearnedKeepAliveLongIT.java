package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The long way to the same: backends that bear idle connections for a second, POSTs at intervals from 0.5 to 3 s, learning on
 * and off beside each other. {@code -Dsluice.keepalive=1000} counts so many requests of each kind, behind those it takes to
 * learn; they come over 50 services at once, each of which learns for itself, and take two and a half minutes.
 */
@EnabledIfSystemProperty(named = "sluice.keepalive", matches = "[0-9]+")
final class LearnedKeepAliveLongIT {
    private static final Duration IDLE = Duration.ofSeconds(1);
    private static final Duration UNDER_WAY = Duration.ofMillis(40);
    private static final int LANES = 50;
    private static final int LEARNING = 60;
    private static final List<String> KINDS = List.of("closes", "says5", "forgets");

    @RegisterExtension
    final ProxyUnderTest proxy = new ProxyUnderTest();

    /** By kind, those that learn first. */
    private final AtomicIntegerArray earlyFailures = new AtomicIntegerArray(2 * KINDS.size());
    private final AtomicIntegerArray failures = new AtomicIntegerArray(2 * KINDS.size());

    @Test
    void noPostMeetsADeadConnectionOnceItIsLearned() throws Exception {
        int counted = Math.ceilDiv(Integer.getInteger("sluice.keepalive"), LANES);
        try (IdleBackend closes = new IdleBackend(IdleBackend.Manner.CLOSES, IDLE, UNDER_WAY, "");
                IdleBackend says5 = new IdleBackend(IdleBackend.Manner.CLOSES, IDLE, UNDER_WAY, "Keep-Alive: timeout=5\r\n");
                IdleBackend forgets = new IdleBackend(IdleBackend.Manner.FORGETS, IDLE, Duration.ZERO, "")) {
            proxy.start(configuration(), List.of(closes.address(), says5.address(), forgets.address()));
            List<Background> clients = new ArrayList<>();
            for (int kind = 0; kind < 2 * KINDS.size(); kind++) {
                for (int lane = 0; lane < LANES; lane++) {
                    clients.add(client(kind, lane, counted));
                }
            }
            for (Background client : clients) {
                client.awaitEnd(Duration.ofMinutes(10));
            }
        }

        for (int kind = 0; kind < KINDS.size(); kind++) {
            System.out.printf("%-8s learning: %d of %d failed, then %d of %d; off: %d of %d, then %d of %d%n",
                    KINDS.get(kind), earlyFailures.get(2 * kind), LEARNING * LANES, failures.get(2 * kind), counted * LANES,
                    earlyFailures.get(2 * kind + 1), LEARNING * LANES, failures.get(2 * kind + 1), counted * LANES);
        }
        for (int kind = 0; kind < KINDS.size(); kind++) {
            assertThat(failures.get(2 * kind)).as("%s, learned", KINDS.get(kind)).isZero();
            assertThat(failures.get(2 * kind + 1)).as("%s, learning off", KINDS.get(kind)).isPositive();
        }
    }

    /** Kinds are counted by twos: the even ones learn. */
    private static String name(int kind, int lane) {
        return KINDS.get(kind / 2) + (kind % 2 == 0 ? "-on-" : "-off-") + lane;
    }

    private static String configuration() {
        StringBuilder routes = new StringBuilder("routes:\n");
        StringBuilder services = new StringBuilder("services:\n");
        for (int kind = 0; kind < 2 * KINDS.size(); kind++) {
            for (int lane = 0; lane < LANES; lane++) {
                String name = name(kind, lane);
                routes.append("  - { match: { path: /").append(name).append("/ }, service: ").append(name).append(" }\n");
                services.append("  ").append(name).append(": { endpoints: [${").append(kind / 2)
                        .append("}], pool: { learnIdleTimeout: ").append(kind % 2 == 0).append(" } }\n");
            }
        }
        return routes.toString() + services;
    }

    private Background client(int kind, int lane, int counted) throws IOException {
        RawConnection client = proxy.client();
        String post = Http.post("/" + name(kind, lane) + "/", IdleBackend.BODY);
        Random random = new Random(1000L * kind + lane);
        return Background.run(() -> {
            for (int i = 0; i < LEARNING + counted; i++) {
                client.idle(Duration.ofMillis(500 + random.nextInt(2500)));
                client.send(post);
                int status = client.response().status();
                assertThat(status).isIn(200, 502);
                if (status == 502) {
                    (i < LEARNING ? earlyFailures : failures).incrementAndGet(kind);
                }
            }
        });
    }
}
