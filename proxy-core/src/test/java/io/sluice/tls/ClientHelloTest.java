package io.sluice.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ClientHelloTest {
    private static final int ECDSA_SUITE = 0xc02b;
    private static final int RSA_SUITE = 0xc02f;
    private static final int TLS_13_SUITE = 0x1301;

    private static ByteBuf hello(int[] suites, int[] schemes, int[] versions) {
        ByteBuf extensions = Unpooled.buffer();
        extensions.writeShort(0).writeShort(3).writeMedium(0);
        if (schemes != null) {
            extensions.writeShort(13).writeShort(2 + 2 * schemes.length).writeShort(2 * schemes.length);
            for (int scheme : schemes) {
                extensions.writeShort(scheme);
            }
        }
        if (versions != null) {
            extensions.writeShort(43).writeShort(1 + 2 * versions.length).writeByte(2 * versions.length);
            for (int version : versions) {
                extensions.writeShort(version);
            }
        }
        ByteBuf hello = Unpooled.buffer().writeShort(0x0303).writeZero(32).writeByte(2).writeZero(2).writeShort(2 * suites.length);
        for (int suite : suites) {
            hello.writeShort(suite);
        }
        return hello.writeByte(1).writeByte(0).writeShort(extensions.readableBytes()).writeBytes(extensions);
    }

    private static int[] all(int... numbers) {
        return numbers;
    }

    @ParameterizedTest
    @CsvSource({"0x0403, true", "0x0503, true", "0x0603, true", "0x0203, false", "0x0804, false", "0x0401, false", "0x0807, false"})
    void takesEcdsaIfTheClientVerifiesIt(int scheme, boolean takes) {
        assertThat(ClientHello.takesEcdsa(hello(all(ECDSA_SUITE), all(0x0804, scheme), null))).isEqualTo(takes);
    }

    @Test
    void needsASuiteForItBelowTls13() {
        int[] schemes = all(0x0403);

        assertThat(ClientHello.takesEcdsa(hello(all(RSA_SUITE), schemes, null))).isFalse();
        assertThat(ClientHello.takesEcdsa(hello(all(TLS_13_SUITE, RSA_SUITE), schemes, all(0x0303)))).isFalse();
        assertThat(ClientHello.takesEcdsa(hello(all(TLS_13_SUITE, RSA_SUITE), schemes, all(0x0304, 0x0303)))).isTrue();
    }

    @Test
    void doesNotGuessWithoutTheExtension() {
        assertThat(ClientHello.takesEcdsa(hello(all(ECDSA_SUITE), null, null))).isFalse();
    }

    @Test
    void survivesWhatIsCutOffAnywhereAndLeavesItAsItWas() {
        ByteBuf whole = hello(all(ECDSA_SUITE), all(0x0403), all(0x0304));
        for (int length = 0; length < whole.readableBytes(); length++) {
            ByteBuf cut = whole.slice(0, length);
            assertThat(ClientHello.takesEcdsa(cut)).isFalse();
            assertThat(cut.readerIndex()).isZero();
        }
        assertThat(ClientHello.takesEcdsa(whole)).isTrue();
    }
}
