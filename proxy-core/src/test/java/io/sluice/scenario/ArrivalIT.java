package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.transport.Transport;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Responses of every awkward length, arriving in every awkward way, one behind the other: zero-copy.md, "What others broke". */
@BothRelays
final class ArrivalIT {
    private static final int ANSWERS = 2000;
    private static final byte[] POOL = Http.random(1 << 18);

    @RegisterExtension
    final ProxyUnderTest proxy;

    private final Relaying relaying;

    ArrivalIT(Relaying relaying) {
        this.relaying = relaying;
        proxy = new ProxyUnderTest(relaying);
    }

    /** How a head comes, and the body behind it. */
    enum Arrival {
        ONE_WRITE {
            @Override
            void send(ProxyUnderTest proxy, RawConnection connection, String head, byte[] body) throws IOException {
                byte[] all = Arrays.copyOf(Http.bytes(head), head.length() + body.length);
                System.arraycopy(body, 0, all, head.length(), body.length);
                connection.send(all);
            }
        },
        PAUSE_BEHIND_THE_HEAD {
            @Override
            void send(ProxyUnderTest proxy, RawConnection connection, String head, byte[] body) throws IOException {
                connection.send(head);
                proxy.settle();
                connection.send(body);
            }
        },
        HEAD_BYTE_BY_BYTE {
            @Override
            void send(ProxyUnderTest proxy, RawConnection connection, String head, byte[] body) throws IOException {
                proxy.sendInPieces(connection, head, 1);
                connection.send(body);
            }
        },
        PAUSE_BEFORE_THE_LAST_BYTE {
            @Override
            void send(ProxyUnderTest proxy, RawConnection connection, String head, byte[] body) throws IOException {
                connection.send(head);
                proxy.settle();
                int most = Math.max(0, body.length - 1);
                connection.send(Arrays.copyOf(body, most));
                proxy.settle();
                connection.send(Arrays.copyOfRange(body, most, body.length));
            }
        };

        abstract void send(ProxyUnderTest proxy, RawConnection connection, String head, byte[] body) throws IOException;
    }

    static Stream<Arguments> all() {
        return IntStream.of(0, 1, 4095, 4096, 16080, 16081, 65535, 65536, 65537).boxed()
                .flatMap(length -> Stream.of(Arrival.values()).map(arrival -> Arguments.of(length, arrival)));
    }

    @ParameterizedTest
    @MethodSource("all")
    void carriesEveryByteHoweverItArrives(int length, Arrival arrival) throws Exception {
        byte[] body = Http.random(length);
        String head = "HTTP/1.1 200 OK\r\nContent-Length: " + length + "\r\n\r\n";
        proxy.start(proxy.backend(connection -> {
            while (true) {
                connection.request();
                arrival.send(proxy, connection, head, body);
            }
        }));
        RawConnection client = proxy.client();

        for (int i = 0; i < 2; i++) {
            client.send(Http.get("/"));
            assertThat(client.response().body()).isEqualTo(body);
        }

        proxy.awaitMetric(0, "sluice_errors_total");
        boolean spliced = relaying == Relaying.SPLICED && Transport.detect() == Transport.EPOLL;
        if (arrival == Arrival.PAUSE_BEHIND_THE_HEAD || arrival == Arrival.PAUSE_BEFORE_THE_LAST_BYTE || !spliced) {
            proxy.awaitMetric(spliced ? 2.0 * length : 0, "sluice_zero_copy_bytes_total", "mechanism=splice");
        }
    }

    @Test
    void carriesThousandsInARowOnOneConnection() throws Exception {
        proxy.start(proxy.backend(connection -> {
            while (true) {
                int seed = Integer.parseInt(connection.request().startLine().split("[/ ]")[2]);
                byte[] body = body(seed);
                connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + body.length + "\r\n\r\n");
                if (seed % 3 == 0) {
                    proxy.settle();
                }
                connection.send(body);
            }
        }));
        RawConnection client = proxy.client();

        for (int i = 0; i < ANSWERS; i++) {
            client.send(Http.get("/" + i));
            assertThat(client.response().body()).as("answer " + i).isEqualTo(body(i));
        }

        proxy.awaitMetric(ANSWERS, "sluice_requests_total", "route=all", "code=2xx");
        proxy.awaitMetric(1, "sluice_pool_created_total");
    }

    @Test
    void passesOnWhatCameThoughTheBackendTakesItsTimeWithTheRest() throws Exception {
        byte[] piece = Http.random(200_000);
        Signal[] arrived = {new Signal(), new Signal(), new Signal()};
        int last = 20;
        proxy.start(proxy.backend(connection -> {
            connection.request();
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + piece.length * (arrived.length + last) + "\r\n\r\n");
            for (Signal there : arrived) {
                connection.send(piece);
                there.await();
            }
            connection.send(piece, last);
            connection.request();
            connection.send(Http.ok("small"));
        }));
        RawConnection client = proxy.client();
        CRC32 expected = new CRC32();
        expected.update(piece);

        client.send(Http.get("/"));
        assertThat(client.head().status()).isEqualTo(200);
        for (Signal there : arrived) {
            assertThat(client.crc(piece.length)).isEqualTo(expected.getValue());
            there.raise();
        }
        for (int i = 0; i < last; i++) {
            assertThat(client.crc(piece.length)).isEqualTo(expected.getValue());
        }
        client.send(Http.get("/"));

        assertThat(client.response().text()).isEqualTo("small");
        proxy.awaitMetric(1, "sluice_pool_created_total");
    }

    private static byte[] body(int seed) {
        Random random = new Random(seed);
        int length = random.nextInt(seed % 10 == 0 ? 200_000 : 20_000);
        int from = random.nextInt(POOL.length - length);
        return Arrays.copyOfRange(POOL, from, from + length);
    }

    @ParameterizedTest
    @ValueSource(strings = {"HEAD 200", "GET 204", "GET 304"})
    void findsNoBodyWhereThereIsNoneThoughALengthIsGiven(String what) throws Exception {
        byte[] body = Http.random(300_000);
        proxy.start(proxy.backend(connection -> {
            while (true) {
                boolean large = connection.request().startLine().contains("large");
                // A 204 must not say a length (RFC 9110 §8.6); one that does still has no body.
                connection.send("HTTP/1.1 " + (large ? "200" : what.split(" ")[1]) + " X\r\nContent-Length: " + body.length
                        + "\r\n\r\n");
                if (large) {
                    connection.send(body);
                }
            }
        }));
        RawConnection client = proxy.client();

        for (int i = 0; i < 2; i++) {
            client.send(Http.get("/large") + Http.request(what.split(" ")[0] + " / HTTP/1.1") + Http.get("/large"));
            assertThat(client.response().body()).isEqualTo(body);
            assertThat(client.bodilessResponse().status()).isEqualTo(Integer.parseInt(what.split(" ")[1]));
            assertThat(client.response().body()).isEqualTo(body);
        }
    }
}
