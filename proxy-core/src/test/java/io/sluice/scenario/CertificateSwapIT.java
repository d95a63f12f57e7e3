package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.math.BigInteger;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Files of certificates change while clients come. */
@Scenario
final class CertificateSwapIT {
    private static final int SWAPS = 100;

    @RegisterExtension
    final ProxyUnderTest proxy = new ProxyUnderTest();

    @TempDir
    Path directory;
    private Path cert;
    private Path key;
    private int stamp;
    private ScriptedBackend backend;

    private String yaml() {
        return "listeners:\n  - { name: web, address: \"127.0.0.1:0\" }\n  - { name: tls, address: \"127.0.0.1:0\", tls: { certificates: "
                + "[{ cert: \"" + cert + "\", key: \"" + key + "\" }] } }\n";
    }

    private static X509Bundle numbered(int serial) {
        return TestAuthority.issue(new CertificateBuilder().ecp256().serial(BigInteger.valueOf(serial)), "localhost");
    }

    /** Two writes of the same length within a tick of the file system's clock would look like one. */
    private void write(X509Bundle bundle) throws IOException {
        TestAuthority.write(bundle, cert, key);
        stamped();
    }

    private void stamped() throws IOException {
        Files.setLastModifiedTime(cert, FileTime.fromMillis(1_000_000 + ++stamp));
    }

    private void start() throws Exception {
        cert = directory.resolve("cert.pem");
        key = directory.resolve("key.pem");
        write(numbered(1));
        backend = proxy.backend(Script.answering(Http.ok("ok")));
        proxy.start(yaml(), backend);
    }

    private int shown(SSLContext context) throws Exception {
        try (Socket raw = new Socket(proxy.server().address("tls").getAddress(), proxy.server().address("tls").getPort())) {
            SSLSocket socket = TestAuthority.over(raw, context, "localhost");
            // Nobody goes on with it: every handshake is a whole one.
            socket.getSession().invalidate();
            return ((X509Certificate) socket.getSession().getPeerCertificates()[0]).getSerialNumber().intValue();
        }
    }

    @Test
    @Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void noHandshakeFailsWhileTheyAreReplaced() throws Exception {
        start();
        RawConnection kept = proxy.clientOf("tls").encrypted();
        AtomicBoolean over = new AtomicBoolean();
        AtomicInteger handshakes = new AtomicInteger();
        List<Background> clients = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            SSLContext context = TestAuthority.showing(null);
            clients.add(Background.run(() -> {
                while (!over.get()) {
                    try {
                        shown(context);
                        handshakes.incrementAndGet();
                    } catch (Exception e) {
                        throw new AssertionError(e);
                    }
                }
            }));
        }

        SSLContext looking = TestAuthority.showing(null);
        for (int i = 2; i < SWAPS + 2; i++) {
            write(numbered(i));
            assertThat(proxy.reload(yaml(), backend).problems()).isEmpty();
            assertThat(shown(looking)).isEqualTo(i);
        }

        over.set(true);
        for (Background client : clients) {
            client.awaitEnd();
        }
        assertThat(handshakes.get()).isGreaterThan(SWAPS / 2);
        proxy.awaitMetric(SWAPS, "sluice_certificate_reloads_total", "result=accepted");
        proxy.awaitMetric(0, "sluice_rejected_total");
        kept.send(Http.get("/settle"));
        assertThat(kept.response().text()).isEqualTo("settled");
        kept.close();
    }

    @Test
    void aChangeIsNoticedByItselfAndABrokenOneIsNotTaken() throws Exception {
        start();
        write(numbered(7));
        await().atMost(20, TimeUnit.SECONDS).until(() -> shown(TestAuthority.showing(null)) == 7);

        // A key that is another certificate's.
        Files.writeString(key, numbered(8).getPrivateKeyPEM());
        stamped();
        await().atMost(20, TimeUnit.SECONDS)
                .until(() -> proxy.metric("sluice_certificate_reloads_total", "result=refused") == 1);

        assertThat(shown(TestAuthority.showing(null))).isEqualTo(7);
    }
}
