package io.sluice.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sluice.http.Trailers;
import io.sluice.relay.BodyRelay;
import io.sluice.stream.FakeBackend;
import io.sluice.stream.FakeClient;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class HeldBodyTest {
    private final HeldBody held = new HeldBody();
    private final FakeBackend backend = new FakeBackend();
    private final BodyRelay relay = new BodyRelay(new FakeClient(), backend);

    private static ByteBuf slice(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
    }

    @Test
    void handsAllOnInOrderOnce() {
        ByteBuf first = slice("ab");
        ByteBuf second = slice("c");
        held.add(first);
        held.add(second);

        assertThat(held.drainTo(relay)).isTrue();
        assertThat(held.drainTo(relay)).isFalse();
        held.release();

        assertThat(backend.body).isEqualTo("abc");
        assertThat(relay.bytes()).isEqualTo(3);
        assertThat(first.refCnt()).isZero();
        assertThat(second.refCnt()).isZero();
    }

    @Test
    void releasesWhatNobodyTook() {
        ByteBuf slice = slice("ab");
        held.add(slice);

        held.release();
        held.release();

        assertThat(slice.refCnt()).isZero();
        assertThat(held.drainTo(relay)).isFalse();
    }

    @Test
    void holdsNothingUnlessSomethingCame() {
        assertThat(held.drainTo(relay)).isFalse();
        assertThat(held.trailers()).isSameAs(Trailers.NONE);
        held.end(Trailers.NONE);
        held.release();

        assertThat(backend.body).isEmpty();
    }
}
