package io.sluice.tls;

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
import io.sluice.transport.Closing;
import io.sluice.transport.SocketlessChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What comes in front of TLS when nothing more can come of it. */
class ReadGuardTest {
    private static final int READ_BYTES = 4096;

    private final SocketlessChannel ours = new SocketlessChannel();
    private final SocketlessChannel theirs = new SocketlessChannel();
    private final List<Object> heard = new ArrayList<>();

    private void connect(SslProvider provider) throws Exception {
        SslContext server = SslContextBuilder.forServer(new CertificateBuilder().ecp256().subject("CN=peer")
                        .setIsCertificateAuthority(true).buildSelfSigned().toKeyManagerFactory())
                .sslProvider(provider).protocols("TLSv1.3").build();
        SslContext client = SslContextBuilder.forClient().trustManager(InsecureTrustManagerFactory.INSTANCE)
                .endpointIdentificationAlgorithm(null).sslProvider(SslProvider.JDK).protocols("TLSv1.3").build();
        ours.pipeline().addLast(ReadGuard.INSTANCE, server.newHandler(ours.alloc()), new ChannelInboundHandlerAdapter() {
            @Override
            public void userEventTriggered(ChannelHandlerContext context, Object event) {
                heard.add(event);
            }
        });
        theirs.pipeline().addLast(client.newHandler(theirs.alloc()));
        ReferenceCountUtil.release(server);
        for (int i = 0; i < 4; i++) {
            pass(theirs, ours);
            pass(ours, theirs);
        }
        assertThat(ours.pipeline().get(SslHandler.class).handshakeFuture().isSuccess()).isTrue();
    }

    @AfterEach
    void end() {
        ours.finishAndReleaseAll();
        theirs.finishAndReleaseAll();
    }

    private static void pass(SocketlessChannel from, SocketlessChannel to) {
        byte[] bytes = from.sent().getBytes(StandardCharsets.ISO_8859_1);
        if (bytes.length > 0) {
            to.writeInbound(Unpooled.directBuffer().writeBytes(bytes));
        }
    }

    /** Netty's handler would collect it for as long as the connection lives. */
    @ParameterizedTest
    @EnumSource(value = SslProvider.class, names = {"JDK", "OPENSSL_REFCNT"})
    void whatComesBehindACloseNotifyTakesNoMemory(SslProvider provider) throws Exception {
        connect(provider);
        Closing.separateEnds(ours);
        theirs.pipeline().get(SslHandler.class).closeOutbound();
        pass(theirs, ours);
        assertThat(heard).contains(SslCloseCompletionEvent.SUCCESS);

        for (int i = 0; i < 3; i++) {
            // A record that begins, as far as anybody sees.
            ByteBuf more = Unpooled.directBuffer(READ_BYTES).writeBytes(new byte[] {23, 3, 3, 0x40, 0}).writeZero(READ_BYTES - 5);
            ours.writeInbound(more);
            assertThat(more.refCnt()).isZero();
        }
        assertThat(heard.stream().filter(event -> event == SslCloseCompletionEvent.SUCCESS)).hasSize(1);
    }
}
