package io.sluice.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.netty.util.ReferenceCountUtil;
import io.sluice.config.TlsConfig;
import io.sluice.config.TlsConfig.CertificateConfig;
import io.sluice.config.TlsConfig.ClientAuth;
import io.sluice.config.TlsConfig.Profile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where and how long a client of the JDK's goes on with a session; both ends are in memory. */
final class SessionTicketTest {
    private static final long SIX_HOURS = TimeUnit.HOURS.toNanos(6);
    private static final X509Bundle AUTHORITY = authority();

    private final AtomicLong nanos = new AtomicLong(-5);
    private final AtomicInteger looks = new AtomicInteger();
    private final List<Termination> opened = new ArrayList<>();
    private SSLContext client;

    @BeforeEach
    void aClientThatCountsItsLooksAtCertificates() throws Exception {
        assumeThat(OpenSsl.isAvailable()).as("the JDK's engine keeps sessions by other means").isTrue();
        client = SSLContext.getInstance("TLS");
        client.init(null, new TrustManager[] {new Counting(looks)}, null);
    }

    @AfterEach
    void isOver() {
        opened.forEach(Termination::close);
    }

    private static X509Bundle authority() {
        try {
            return new CertificateBuilder().subject("CN=authority").setIsCertificateAuthority(true).ecp256().buildSelfSigned();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static CertificateConfig certificate(String name) throws Exception {
        X509Bundle bundle = new CertificateBuilder().subject("CN=" + name).addSanDnsName(name).ecp256().buildIssuedBy(AUTHORITY);
        return new CertificateConfig(
                bundle.toTempCertChainPem().toPath(), bundle.toTempPrivateKeyPem().toPath(), null, List.of());
    }

    private Termination listener(ClientAuth auth, CertificateConfig... certificates) throws IOException {
        Path ca = auth == ClientAuth.OFF ? null : AUTHORITY.toTempRootCertPem().toPath();
        Termination made = Termination.load(new TlsConfig(List.of(certificates), Profile.INTERMEDIATE, auth, ca),
                Engines.detect(), List.of(), null, nanos::get);
        opened.add(made);
        return made;
    }

    private Termination listener(CertificateConfig... certificates) throws IOException {
        return listener(ClientAuth.OFF, certificates);
    }

    /** Whether a handshake went on with a session: then nobody looks at a certificate. */
    private boolean resumed(Termination at, String name, String version) throws SSLException {
        int before = looks.get();
        SslContext context = at.borrow(name, true).context();
        SSLEngine server = context.newEngine(UnpooledByteBufAllocator.DEFAULT);
        ReferenceCountUtil.release(context);
        try {
            // One address for all: the client thinks that it is the same server.
            SSLEngine own = client.createSSLEngine("site.test", 443);
            own.setUseClientMode(true);
            own.setEnabledProtocols(new String[] {version});
            shakeHands(own, server);
            return looks.get() == before;
        } finally {
            ReferenceCountUtil.release(server);
        }
    }

    private boolean resumed(Termination at) throws SSLException {
        return resumed(at, "one.test", "TLSv1.3");
    }

    private static void shakeHands(SSLEngine client, SSLEngine server) throws SSLException {
        ByteBuffer toServer = ByteBuffer.allocate(1 << 16);
        ByteBuffer toClient = ByteBuffer.allocate(1 << 16);
        client.beginHandshake();
        boolean moved = true;
        while (moved) {
            moved = step(client, toClient, toServer);
            moved |= step(server, toServer, toClient);
        }
        assertThat(client.getHandshakeStatus()).isEqualTo(HandshakeStatus.NOT_HANDSHAKING);
        // In TLS 1.3 tickets come with the first answer.
        server.wrap(ByteBuffer.allocate(1), toClient);
        step(client, toClient, toServer);
    }

    private static boolean step(SSLEngine engine, ByteBuffer in, ByteBuffer out) throws SSLException {
        int before = out.position();
        in.flip();
        boolean any = in.hasRemaining();
        int left = -1;
        while (in.hasRemaining() && left != in.remaining()) {
            left = in.remaining();
            engine.unwrap(in, ByteBuffer.allocate(1 << 15));
            for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
                task.run();
            }
        }
        in.compact();
        while (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
            engine.wrap(ByteBuffer.allocate(0), out);
        }
        return any || out.position() > before;
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void itGoesOnAtTheListenerWhereItBegan(String version) throws Exception {
        Termination listener = listener(certificate("one.test"));

        assertThat(resumed(listener, "one.test", version)).isFalse();
        assertThat(resumed(listener, "one.test", version)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void aKeyThatWasReplacedStillReadsItsTicketsForTwelveHours(String version) throws Exception {
        Termination listener = listener(certificate("one.test"));
        resumed(listener, "one.test", version);

        for (int i = 0; i < 2; i++) {
            nanos.addAndGet(SIX_HOURS);
            listener.rotate();
        }

        assertThat(resumed(listener, "one.test", version)).isTrue();
    }

    @Test
    void aKeyIsForgottenBehindTwoNewerOnes() throws Exception {
        Termination listener = listener(certificate("one.test"));
        resumed(listener);
        for (int i = 0; i < 3; i++) {
            nanos.addAndGet(SIX_HOURS);
            listener.rotate();
        }

        assertThat(resumed(listener)).isFalse();
        assertThat(resumed(listener)).as("by the newest key").isTrue();
    }

    @Test
    void noneGoesOnAtAnotherListenerThoughItsCertificateIsTheSame() throws Exception {
        CertificateConfig certificate = certificate("one.test");
        Termination first = listener(certificate);
        Termination second = listener(certificate);
        resumed(first);

        assertThat(resumed(second)).isFalse();
    }

    @Test
    void noneGoesOnUnderAnotherCertificateOfTheListener() throws Exception {
        Termination listener = listener(certificate("one.test"), certificate("two.test"));
        resumed(listener, "one.test", "TLSv1.3");

        assertThat(resumed(listener, "two.test", "TLSv1.3")).isFalse();
    }

    @ParameterizedTest
    @EnumSource(names = {"OPTIONAL", "REQUIRED"})
    void noneBegunWithoutACertificateGoesOnWhereClientsAreAskedForOne(ClientAuth auth) throws Exception {
        CertificateConfig certificate = certificate("one.test");
        Termination open = listener(certificate);
        Termination asking = listener(auth, certificate);
        resumed(open);

        if (auth == ClientAuth.REQUIRED) {
            assertThatThrownBy(() -> resumed(asking)).isInstanceOf(SSLException.class);
        } else {
            assertThat(resumed(asking)).isFalse();
        }
    }

    /** Trusts everybody. <em>Thread-safe.</em> */
    private record Counting(AtomicInteger looks) implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {
            // Nobody asks.
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {
            looks.incrementAndGet();
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
