package io.sluice.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.http.BodyFraming;
import io.sluice.http.HeaderLine;
import io.sluice.http.Method;
import io.sluice.http.ProxyError;
import io.sluice.http.ResponseHead;
import io.sluice.route.Action;
import io.sluice.stream.FakeClient;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class LocalAnswerTest {
    private final FakeClient client = new FakeClient();
    private final ResponseHead head = new ResponseHead();

    LocalAnswerTest() {
        // Nobody is told when it was sent.
        client.slow = true;
    }

    private void sends(Method method, int status, String body, HeaderLine... fields) {
        Action.Answer answer = new Action.Answer(status, List.of(fields), body.getBytes(StandardCharsets.US_ASCII));
        LocalAnswer.fill(head, method, answer);
        LocalAnswer.send(client, head, method, answer);
        assertThat(LocalAnswer.bodyBytes(method, answer)).isEqualTo(client.body.length());
    }

    @Test
    void hasALengthAndIsFlushedOnce() {
        sends(Method.GET, 200, "hello", HeaderLine.of("X-A", "b"));

        assertThat(client.events).containsExactly("200", "body", "end", "flush");
        assertThat(client.framing).isEqualTo(BodyFraming.LENGTH);
        assertThat(client.contentLength).isEqualTo(5);
        assertThat(client.fields).isEqualTo("X-A: b\r\n");
        assertThat(client.body).isEqualTo("hello");
    }

    @Test
    void sendsNoBodyWhereThereIsNone() {
        sends(Method.GET, 302, "", HeaderLine.of("Location", "/new"));

        assertThat(client.events).containsExactly("302", "end", "flush");
        assertThat(client.framing).isEqualTo(BodyFraming.NONE);
        assertThat(client.contentLength).isZero();
    }

    @Test
    void tellsHeadOnlyTheLength() {
        // RFC 9110 §9.3.2
        sends(Method.HEAD, 200, "hello");

        assertThat(client.events).containsExactly("200", "end", "flush");
        assertThat(client.framing).isEqualTo(BodyFraming.NONE);
        assertThat(client.contentLength).isEqualTo(5);
    }

    @ParameterizedTest
    @ValueSource(ints = {204, 304})
    void hasNeitherBodyNorLengthWhereTheStatusForbidsThem(int status) {
        // RFC 9110 §8.6, §15.3.5, §15.4.5
        sends(Method.GET, status, "hello");

        assertThat(client.events).containsExactly(Integer.toString(status), "end", "flush");
        assertThat(client.framing).isEqualTo(BodyFraming.NONE);
        assertThat(client.contentLength).isEqualTo(-1);
    }

    @ParameterizedTest
    @EnumSource(ProxyError.class)
    void saysWhatWentWrongInAWord(ProxyError error) {
        Action.Answer answer = LocalAnswer.of(error);
        LocalAnswer.fill(head, Method.GET, answer);
        LocalAnswer.send(client, head, Method.GET, answer);

        assertThat(client.status).isEqualTo(error.status());
        assertThat(client.body).isEqualTo(error.status() + " " + error.word() + "\n");
        assertThat(client.contentLength).isEqualTo(client.body.length());
        assertThat(client.fields).startsWith("Content-Type: text/plain");
        // RFC 9110 §15.5.6 demands the one, §15.6.4 allows the other.
        assertThat(client.fields.contains("\r\nAllow: ")).isEqualTo(error.status() == 405);
        assertThat(client.fields.contains("\r\nRetry-After: ")).isEqualTo(error.status() == 503 || error.status() == 429);
    }

    @Test
    void leavesNothingOfOneAnswerInTheNext() {
        sends(Method.GET, 200, "hello", HeaderLine.of("X-A", "b"));
        FakeClient other = new FakeClient();
        other.slow = true;
        Action.Answer answer = new Action.Answer(404, List.of(), new byte[0]);
        LocalAnswer.fill(head, Method.GET, answer);
        LocalAnswer.send(other, head, Method.GET, answer);

        assertThat(other.fields).isEmpty();
        assertThat(other.status).isEqualTo(404);
    }
}
