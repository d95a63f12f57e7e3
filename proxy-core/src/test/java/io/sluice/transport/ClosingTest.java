package io.sluice.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.util.ReferenceCountUtil;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import javax.net.ssl.KeyManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One direction of TLS 1.3 ends, and the other goes on: our end over BoringSSL, the peer's by the JDK. */
class ClosingTest {
    private final SocketlessChannel ours = new SocketlessChannel();
    private final SocketlessChannel theirs = new SocketlessChannel();
    private final Ears heard = new Ears();
    private final Ears heardThere = new Ears();

    /** What somebody was told. */
    private static final class Ears extends ChannelInboundHandlerAdapter {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private int ends;

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
            ByteBuf data = (ByteBuf) message;
            data.readBytes(bytes, data.readableBytes());
            data.release();
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event == SslCloseCompletionEvent.SUCCESS) {
                ends++;
            }
        }
    }

    private void connect(boolean asServer) throws Exception {
        KeyManagerFactory keys = new CertificateBuilder().ecp256().subject("CN=peer").setIsCertificateAuthority(true)
                .buildSelfSigned().toKeyManagerFactory();
        SslContext server = SslContextBuilder.forServer(keys)
                .sslProvider(asServer ? SslProvider.OPENSSL_REFCNT : SslProvider.JDK).protocols("TLSv1.3").build();
        SslContext client = SslContextBuilder.forClient().trustManager(InsecureTrustManagerFactory.INSTANCE)
                .endpointIdentificationAlgorithm(null)
                .sslProvider(asServer ? SslProvider.JDK : SslProvider.OPENSSL_REFCNT).protocols("TLSv1.3").build();
        ours.pipeline().addLast((asServer ? server : client).newHandler(ours.alloc()), heard);
        theirs.pipeline().addLast((asServer ? client : server).newHandler(theirs.alloc()), heardThere);
        // Each engine keeps its context.
        ReferenceCountUtil.release(client);
        ReferenceCountUtil.release(server);
        for (int i = 0; i < 4; i++) {
            pass(ours, theirs);
            pass(theirs, ours);
        }
        assertThat(ours.pipeline().get(SslHandler.class).handshakeFuture().isSuccess()).isTrue();
    }

    @AfterEach
    void end() {
        ours.finishAndReleaseAll();
        theirs.finishAndReleaseAll();
    }

    private static byte[] sent(SocketlessChannel from) {
        return from.sent().getBytes(StandardCharsets.ISO_8859_1);
    }

    private static void give(byte[] bytes, SocketlessChannel to) {
        if (bytes.length > 0) {
            to.writeInbound(Unpooled.directBuffer().writeBytes(bytes));
        }
    }

    private static void pass(SocketlessChannel from, SocketlessChannel to) {
        give(sent(from), to);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatComesBehindOurEndComesWholeHoweverItIsCut(boolean asServer) throws Exception {
        connect(asServer);
        byte[] all = new byte[16_000];
        new Random(1).nextBytes(all);

        Closing.endOutput(ours);
        pass(ours, theirs);
        assertThat(ours.outputShut).isTrue();
        assertThat(heardThere.ends).isOne();
        theirs.writeOutbound(Unpooled.copiedBuffer(all));
        byte[] record = sent(theirs);
        give(Arrays.copyOf(record, record.length - 10), ours);
        give(Arrays.copyOfRange(record, record.length - 10, record.length), ours);
        assertThat(heard.ends).as("the peer has not ended").isZero();
        theirs.pipeline().get(SslHandler.class).closeOutbound();
        pass(theirs, ours);

        assertThat(heard.bytes.toByteArray()).isEqualTo(all);
        assertThat(heard.ends).isOne();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void ourEndIsToldWhenItComesNotWithThePeers(boolean asServer) throws Exception {
        connect(asServer);
        Closing.separateEnds(ours);

        theirs.pipeline().get(SslHandler.class).closeOutbound();
        pass(theirs, ours);

        assertThat(heard.ends).isOne();
        assertThat(sent(ours)).isEmpty();
        Closing.endOutput(ours);
        pass(ours, theirs);
        assertThat(heardThere.ends).isOne();
        assertThat(ours.outputShut).isTrue();
    }
}
