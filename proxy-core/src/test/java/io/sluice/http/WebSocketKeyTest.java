package io.sluice.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class WebSocketKeyTest {
    @Test
    void answersAsTheExampleOfRfc6455() {
        // RFC 6455 §1.3.
        assertThat(WebSocketKey.answer("dGhlIHNhbXBsZSBub25jZQ==")).isEqualTo("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }

    @Test
    void acceptsOneRightAnswerOnly() {
        RequestHead request = new RequestHead();
        WebSocketKey.add(request);
        String right = WebSocketKey.answer(request.value(0));

        assertThat(WebSocketKey.accepted(request, answering(right))).isTrue();
        assertThat(WebSocketKey.accepted(request, answering())).isFalse();
        assertThat(WebSocketKey.accepted(request, answering(right.toLowerCase()))).isFalse();
        assertThat(WebSocketKey.accepted(request, answering(right, right))).isFalse();
    }

    @Test
    void asksByANewKeyInPlaceOfTheClients() {
        RequestHead first = new RequestHead();
        RequestHead second = new RequestHead();

        WebSocketKey.add(first);
        WebSocketKey.add(first);
        WebSocketKey.add(second);

        assertThat(first.dropped(0)).isTrue();
        assertThat(first.value(1)).isNotEqualTo(first.value(0)).isNotEqualTo(second.value(0));
    }

    private static ResponseHead answering(String... values) {
        ResponseHead head = new ResponseHead();
        for (String value : values) {
            head.append(HeaderLine.of("Sec-WebSocket-Accept", value));
        }
        return head;
    }
}
