package io.sluice.http2;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http2.DefaultHttp2Connection;
import io.netty.handler.codec.http2.DefaultHttp2RemoteFlowController;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.codec.http2.UniformStreamByteDistributor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class StreamOutputTest {
    private final EmbeddedChannel channel = new EmbeddedChannel(new ChannelInboundHandlerAdapter());
    private final DefaultHttp2Connection connection = new DefaultHttp2Connection(true);
    private final UniformStreamByteDistributor distributor = new UniformStreamByteDistributor(connection);
    private final DefaultHttp2RemoteFlowController flow = new DefaultHttp2RemoteFlowController(connection, distributor);
    private final ByteBuf body = Unpooled.buffer().writeZero(1000);
    private Http2Stream stream;
    private StreamOutput output;

    @BeforeEach
    void opens() throws Exception {
        connection.remote().flowController(flow);
        flow.channelHandlerContext(channel.pipeline().firstContext());
        stream = connection.remote().createStream(1, false);
        output = new StreamOutput(null, flow, stream, () -> { });
    }

    @AfterEach
    void closes() {
        channel.finishAndReleaseAll();
    }

    @Test
    void leavesNothingForTheFlowControllerToLookForWhenItIsReleasedBeforeItsStreamCloses() throws Exception {
        flow.incrementWindowSize(connection.connectionStream(), -flow.windowSize(connection.connectionStream()));
        output.body(body);
        output.offer();
        assertThat(distributor.distribute(0, (its, bytes) -> { })).as("looks for bytes").isTrue();

        output.release();
        assertThat(output.size()).as("what the flow controller will take off").isEqualTo(1000);
        stream.close();

        assertThat(output.size()).isZero();
        assertThat(distributor.distribute(0, (its, bytes) -> { })).as("looks for bytes").isFalse();
        assertThat(body.refCnt()).isZero();
    }

    @Test
    void forgetsAtOnceWhatTheFlowControllerDoesNotKnowOf() {
        output.body(body);

        output.release();

        assertThat(output.size()).isZero();
        assertThat(output.waiting()).isZero();
        assertThat(body.refCnt()).isZero();
    }
}
