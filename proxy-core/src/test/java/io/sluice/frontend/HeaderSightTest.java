package io.sluice.frontend;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeaderSightTest {
    private static final String SIGNATURE = "\r\n\r\n\0\r\nQUIT\n";

    private static HeaderSight of(String bytes) {
        return HeaderSight.of(Unpooled.copiedBuffer(bytes, StandardCharsets.ISO_8859_1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"PROXY ", SIGNATURE})
    void staysOpenUpToTheLastByteOfWhatBeginsAHeader(String beginning) {
        for (int length = 0; length < beginning.length(); length++) {
            assertThat(of(beginning.substring(0, length))).as("%d bytes", length).isEqualTo(HeaderSight.OPEN);
        }
        assertThat(of(beginning)).isEqualTo(HeaderSight.HEADER);
        assertThat(of(beginning + "\0\377")).isEqualTo(HeaderSight.HEADER);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PROXY ", SIGNATURE})
    void isSureOfAnyOtherByteAtOnce(String beginning) {
        for (int at = 0; at < beginning.length(); at++) {
            assertThat(of(beginning.substring(0, at) + "!")).as("! at %d", at).isEqualTo(HeaderSight.NONE);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET / HTTP/1.1", "PUT", "PROXYING / HTTP/1.1", "proxy ", "\r\nGET", "\r\n\r\nG", "\26\3\1"})
    void takesRequestsForRequests(String bytes) {
        assertThat(of(bytes)).isEqualTo(HeaderSight.NONE);
    }

    @Test
    void looksOnlyAtWhatIsStillToRead() {
        assertThat(HeaderSight.of(Unpooled.copiedBuffer("xxPROXY ", StandardCharsets.US_ASCII).skipBytes(2)))
                .isEqualTo(HeaderSight.HEADER);
    }
}
