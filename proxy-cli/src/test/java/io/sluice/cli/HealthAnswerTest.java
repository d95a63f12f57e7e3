package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code sluice health} makes of what it hears. */
final class HealthAnswerTest {
    private static final String WHERE = "127.0.0.1:9901/readyz";

    @Test
    void isWellOnlyIfTheAnswerIs200() {
        HealthAnswer answer = HealthAnswer.of(WHERE, "HTTP/1.1 200 \r\nContent-Length: 6\r\n\r\nready\n");

        assertThat(answer).isEqualTo(new HealthAnswer(true, "ready"));
    }

    @Test
    void saysWhyItIsNotReady() {
        HealthAnswer answer = HealthAnswer.of(WHERE, "HTTP/1.1 503 \r\n\r\nshutting down\nmore\n");

        assertThat(answer).isEqualTo(new HealthAnswer(false, WHERE + " answered 503: shutting down"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "HTTP/1.1", "SSH-2.0-x\r\n", "HTTP/1.1 200", "\r\n\r\n"})
    void saysThatSomethingElseAnswered(String bytes) {
        HealthAnswer answer = HealthAnswer.of(WHERE, bytes);

        assertThat(answer.well()).isFalse();
        assertThat(answer.text()).startsWith("no answer in HTTP from " + WHERE);
    }

    @Test
    void printsNoControlCharactersAndNoLongLines() {
        HealthAnswer answer = HealthAnswer.of(WHERE, "HTTP/1.1 500 x\r\n\r\n\u001b[31m" + "x".repeat(5000));

        assertThat(answer.text()).hasSizeLessThan(300).contains("500: ?[31mx");
    }
}
