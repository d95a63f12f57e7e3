package io.sluice.frontend;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.sluice.config.AccessLogConfig;
import io.sluice.config.ConfigReader;
import io.sluice.config.ListenerConfig.HalfClose;
import io.sluice.config.TlsConfig;
import io.sluice.config.TlsConfig.CertificateConfig;
import io.sluice.config.TlsConfig.ClientAuth;
import io.sluice.config.TlsConfig.Profile;
import io.sluice.exchange.ListenerFacts;
import io.sluice.exchange.Observers;
import io.sluice.exchange.Snapshot;
import io.sluice.exchange.Worker;
import io.sluice.http.Encryption;
import io.sluice.pem.Identity;
import io.sluice.pool.BackendPools;
import io.sluice.pool.FakeConnector;
import io.sluice.telemetry.AccessLog;
import io.sluice.telemetry.Metrics;
import io.sluice.tls.Engines;
import io.sluice.tls.Ordered;
import io.sluice.tls.Protocols;
import io.sluice.tls.Termination;
import io.sluice.transport.HandWheel;
import io.sluice.transport.LoopBuffer;
import io.sluice.transport.SocketReading;
import io.sluice.transport.SocketlessChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** To whom a connection is handed over whose handshake went well. */
class TlsHandshakeTest {
    private static final String NAME = "site.test";

    private final HandWheel time = new HandWheel();
    private final SocketlessChannel ours = new SocketlessChannel();
    private final SocketlessChannel theirs = new SocketlessChannel();
    private final List<Encryption> handedOver = new ArrayList<>();
    private final ConnectionGate gate = new ConnectionGate(1);
    private final X509Bundle bundle;
    private Termination termination;
    private Worker worker;

    TlsHandshakeTest() throws Exception {
        bundle = new CertificateBuilder().subject("CN=" + NAME).addSanDnsName(NAME).ecp256()
                .setIsCertificateAuthority(true).buildSelfSigned();
    }

    /** While an authority looks whether the name is ours. */
    private record Looking(SslContext proof) implements Ordered {
        @Override
        public Identity identity(List<String> names) {
            throw new AssertionError("nothing is ordered");
        }

        @Override
        public SslContext proof(String serverName) {
            return serverName.equals(NAME) ? proof : null;
        }

        @Override
        public boolean proving() {
            return true;
        }
    }

    private void listen(SslContext proof) throws Exception {
        CertificateConfig certificate = new CertificateConfig(
                bundle.toTempCertChainPem().toPath(), bundle.toTempPrivateKeyPem().toPath(), null, List.of());
        termination = Termination.load(
                new TlsConfig(List.of(certificate), Profile.INTERMEDIATE, ClientAuth.OFF, null), Engines.detect(),
                Protocols.http(false), new Looking(proof));
        Metrics metrics = new Metrics("test");
        Snapshot snapshot = Snapshot.of(new ConfigReader(Map.of()).read("test.yaml", """
                listeners: [{ name: web, address: 127.0.0.1:8080 }]
                routes: [{ respond: { status: 200 } }]
                """), metrics);
        worker = new Worker(
                time.loop(), time.wheel(),
                new BackendPools(new FakeConnector(), FakeConnector.UNSHARED, time.wheel(), metrics, 1), () -> snapshot,
                new Observers(AccessLog.open(new AccessLogConfig("off", AccessLogConfig.Format.JSON, 1), metrics), null), null);
        LoopBuffer shared = new LoopBuffer(new UnpooledByteBufAllocator(true, true));
        ours.accept(new TlsHandshake(
                ours, new LoopContext(worker, null, shared),
                new ListenerFacts(0, "web", HalfClose.ABORT, metrics.listener("web")), new TlsHandshake.Terms(termination, gate),
                new SocketReading(ours, snapshot.config().buffers(), shared), encryption -> {
                    handedOver.add(encryption);
                    return new ChannelInboundHandlerAdapter();
                }));
    }

    private void connect(SslContext proof, String... offered) throws Exception {
        listen(proof);
        SslContext client = SslContextBuilder.forClient().trustManager(InsecureTrustManagerFactory.INSTANCE)
                .endpointIdentificationAlgorithm(null).sslProvider(SslProvider.JDK)
                .applicationProtocolConfig(new ApplicationProtocolConfig(
                        ApplicationProtocolConfig.Protocol.ALPN, ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                        ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT, offered))
                .build();
        theirs.pipeline().addLast(client.newHandler(theirs.alloc(), NAME, 443));
        for (int i = 0; i < 4; i++) {
            pass(theirs, ours);
            pass(ours, theirs);
        }
    }

    private static void pass(SocketlessChannel from, SocketlessChannel to) {
        byte[] bytes = from.sent().getBytes(StandardCharsets.ISO_8859_1);
        if (bytes.length > 0 && to.isOpen()) {
            to.writeInbound(Unpooled.directBuffer().writeBytes(bytes));
        }
    }

    @AfterEach
    void endsWithNothingLeft() {
        assertThat(gate.handshakeBegins(1)).as("a place for another handshake").isTrue();
        ours.finishAndReleaseAll();
        theirs.finishAndReleaseAll();
        termination.close();
    }

    @Test
    void aClientOfHttpIsHandedOverWhileAnAuthorityLooks() throws Exception {
        connect(null, "http/1.1");

        assertThat(handedOver).extracting(Encryption::serverName).containsExactly(NAME);
        assertThat(ours.pipeline().get(SslHandler.class).applicationProtocol()).isEqualTo("http/1.1");
    }

    /**
     * A second list of protocols, or another one behind a HelloRetryRequest, is what the JDK's engine goes by: the handshake of a
     * proof, in which nobody asks for a client's certificate, must not become a connection then.
     */
    @Test
    void aProofIsNeverAConnectionWhateverWasAgreedOn() throws Exception {
        SslContext agreesOnNothing = SslContextBuilder.forServer(bundle.toKeyManagerFactory())
                .sslProvider(SslProvider.JDK).build();

        connect(agreesOnNothing, Protocols.ACME);

        assertThat(theirs.pipeline().get(SslHandler.class).handshakeFuture().isSuccess()).isTrue();
        assertThat(handedOver).isEmpty();
        assertThat(ours.isOpen()).isFalse();
        assertThat(worker.connections()).isZero();
    }

    @Test
    void aFirstMessageInManySmallRecordsTakesNoMoreThanTwiceTheRoomOfALongOne() throws Exception {
        listen(null);
        byte[] longest = {1, 0, 0x40, 0};

        int given = 0;
        for (int i = 0; ours.isOpen() && i < 16 * 1024; i++) {
            ours.writeInbound(Unpooled.wrappedBuffer(new byte[] {22, 3, 1, 0, 1, i < longest.length ? longest[i] : 0}));
            given += 6;
        }

        assertThat(ours.isOpen()).isFalse();
        assertThat(given).isBetween(32 * 1024, 33 * 1024);
        assertThat(worker.connections()).isZero();
    }
}
