package io.sluice.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.http.RequestHeads;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is answered in front of all routes, and what is not. */
final class ChallengeAnswersTest {
    private final ChallengeAnswers answers = new ChallengeAnswers();

    private Action.Answer to(String line) {
        return answers.match(RequestHeads.of(line + " HTTP/1.1", "Host: a.example"));
    }

    @Test
    void answersNothingWhileNothingIsOrdered() {
        assertThat(to("GET /.well-known/acme-challenge/abc")).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET /.well-known/acme-challenge/abc", "HEAD /.well-known/acme-challenge/abc",
        "GET /.well-known/acme-challenge/abc?x=y"})
    void answersForItsToken(String line) {
        answers.show("abc", "abc.thumb");

        Action.Answer answer = to(line);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(new String(answer.body(), StandardCharsets.US_ASCII)).isEqualTo("abc.thumb");
        assertThat(answer.fields()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "GET /.well-known/acme-challenge/ab", "GET /.well-known/acme-challenge/abcd", "GET /.well-known/acme-challenge/",
        "GET /.well-known/acme-challenge", "GET /.well-known/acme-challenge/ABC", "GET /abc", "GET /",
        "GET /.well-known/acme-challenge/abc/", "GET /x/../.well-known/acme-challenge/abc",
        "GET /.well-known/acme-challenge/%61bc", "POST /.well-known/acme-challenge/abc",
        "DELETE /.well-known/acme-challenge/abc", "OPTIONS *",
    })
    void answersNothingElse(String line) {
        answers.show("abc", "abc.thumb");

        assertThat(to(line)).isNull();
    }

    @Test
    void eachTokenHasItsAnswerUntilItIsTakenBack() {
        Runnable first = answers.show("a", "1");
        Runnable second = answers.show("b", "2");

        first.run();
        first.run();

        assertThat(to("GET /.well-known/acme-challenge/a")).isNull();
        assertThat(to("GET /.well-known/acme-challenge/b").body()).isEqualTo(new byte[] {'2'});
        second.run();
        assertThat(to("GET /.well-known/acme-challenge/b")).isNull();
    }
}
