package io.sluice.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** That the handshaking clients count what a server of another make sees, and call a failure one. */
class HandshakeClientsIT {
    private static final int CLIENTS = 3;
    private static final Duration RUN = Duration.ofMillis(700);

    @AutoClose
    private final HandshakeClients clients;
    private final AtomicInteger served = new AtomicInteger();

    HandshakeClientsIT() throws Exception {
        clients = new HandshakeClients();
    }

    @Test
    void countsEveryHandshakeAndTheOneCertificate() throws Exception {
        try (ServerSocket server = serving(tls(bundle()))) {
            HandshakeTally tally = clients.run(server.getLocalPort(), CLIENTS, RUN);

            assertThat(tally.failures()).as(tally.line()).isZero();
            assertThat(tally.handshakes()).isPositive();
            await().untilAsserted(() -> assertThat((long) served.get()).isEqualTo(tally.handshakes()));
            assertThat(tally.certificates()).isEqualTo(1);
        }
    }

    @Test
    void seesThatCertificatesDiffer() throws Exception {
        Function<Socket, Boolean> one = tls(bundle());
        Function<Socket, Boolean> other = tls(bundle());
        AtomicInteger turn = new AtomicInteger();
        try (ServerSocket server = serving(socket -> (turn.getAndIncrement() % 2 == 0 ? one : other).apply(socket))) {
            assertThat(clients.run(server.getLocalPort(), CLIENTS, RUN).certificates()).isEqualTo(2);
        }
    }

    @Test
    void countsConnectionsThatEndInTheirHandshakeAsFailures() throws Exception {
        try (ServerSocket server = serving(socket -> false)) {
            HandshakeTally tally = clients.run(server.getLocalPort(), CLIENTS, RUN);

            assertThat(tally.handshakes()).isZero();
            assertThat(tally.failures()).isPositive();
            assertThat(tally.line()).doesNotContain("failures 0");
        }
    }

    @Test
    void countsRefusedConnectionsAsFailures() throws Exception {
        int port;
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = server.getLocalPort();
        }

        HandshakeTally tally = clients.run(port, CLIENTS, RUN);

        assertThat(tally.handshakes()).isZero();
        // Each waits between two attempts.
        assertThat(tally.failures()).isBetween((long) CLIENTS, 100L * CLIENTS);
        assertThat(tally.line()).contains("refused");
    }

    private static X509Bundle bundle() throws Exception {
        return new CertificateBuilder().subject("CN=localhost").ecp256().setIsCertificateAuthority(true).buildSelfSigned();
    }

    /** Shakes hands and reads to the end. */
    private static Function<Socket, Boolean> tls(X509Bundle bundle) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(bundle.toKeyManagerFactory().getKeyManagers(), null, null);
        return socket -> {
            try (SSLSocket secure = (SSLSocket) context.getSocketFactory().createSocket(socket, null, true)) {
                secure.startHandshake();
                return true;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        };
    }

    private ServerSocket serving(Function<Socket, Boolean> answer) throws IOException {
        ServerSocket server = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(() -> {
            while (true) {
                try {
                    Socket socket = server.accept();
                    Thread.ofVirtual().start(() -> {
                        try (socket) {
                            if (answer.apply(socket)) {
                                served.incrementAndGet();
                            }
                        } catch (IOException | UncheckedIOException e) {
                            // The client counts it.
                        }
                    });
                } catch (SocketException closed) {
                    return;
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        });
        return server;
    }
}
