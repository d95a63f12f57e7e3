package io.sluice.exchange;

import io.netty.buffer.Unpooled;
import io.sluice.http.HeaderLine;
import io.sluice.http.Method;
import io.sluice.http.ProxyError;
import io.sluice.http.ResponseHead;
import io.sluice.http.Trailers;
import io.sluice.route.Action;
import io.sluice.stream.ClientStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The one road on which responses made here leave. <em>Immutable.</em> */
final class LocalAnswer {
    /** The answer to an OPTIONS that may go no further (RFC 9110 §7.6.2). */
    static final Action.Answer HERE = new Action.Answer(200, List.of(), new byte[0]);

    private static final HeaderLine PLAIN_TEXT = HeaderLine.of("Content-Type", "text/plain; charset=utf-8");
    private static final HeaderLine ALLOW = HeaderLine.of("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
    private static final String RETRY_AFTER = "Retry-After";
    private static final HeaderLine RETRY_SOON = HeaderLine.of(RETRY_AFTER, "1");

    private LocalAnswer() {}

    /** The answer that an error has; where it says when to come again, that is soon. */
    static Action.Answer of(ProxyError error) {
        return of(error, RETRY_SOON);
    }

    /** The answer that an error has in this exchange, in a form that whoever sent its request understands. */
    static Action.Answer of(ProxyError error, Exchange exchange, long nowNanos) {
        if (exchange.change instanceof WebCall call) {
            return call.answer(error);
        }
        if (Grpc.call(exchange.head)) {
            return Grpc.answer(error);
        }
        int seconds = switch (error) {
            case RATE_LIMITED -> exchange.route.rateLimit().retryAfterSeconds();
            case CIRCUIT_OPEN -> exchange.service.breaker().retryAfterSeconds(nowNanos);
            default -> 1;
        };
        return of(error, seconds == 1 ? RETRY_SOON : HeaderLine.of(RETRY_AFTER, Integer.toString(seconds)));
    }

    private static Action.Answer of(ProxyError error, HeaderLine retryAfter) {
        List<HeaderLine> fields = switch (error.status()) {
            case 405 -> List.of(PLAIN_TEXT, ALLOW);
            case 429, 503 -> List.of(PLAIN_TEXT, retryAfter);
            default -> List.of(PLAIN_TEXT);
        };
        byte[] body = (error.status() + " " + error.word() + "\n").getBytes(StandardCharsets.US_ASCII);
        return new Action.Answer(error.status(), fields, body);
    }

    /** Ends an exchange by an answer, which its client gets instead of any other; nobody reads the rest of the request. */
    static void give(Exchange exchange, Worker worker, Action.Answer answer) {
        exchange.abandonRequest();
        exchange.state.answered();
        exchange.deadlines().requestOver();
        exchange.answerBytes = bodyBytes(exchange.head.method(), answer);
        exchange.record.answered(answer.status());
        exchange.record.headSent(worker.wheel().nowNanos());
        ResponseHead head = worker.answerHead();
        fill(head, exchange.head.method(), answer);
        Https.stay(head, exchange);
        send(exchange.client, head, exchange.head.method(), answer);
        exchange.awaitClient();
    }

    /** How many bytes of body {@link #send} sends. */
    static int bodyBytes(Method method, Action.Answer answer) {
        return method == Method.HEAD || bodiless(answer) ? 0 : answer.body().length;
    }

    private static boolean bodiless(Action.Answer answer) {
        return answer.status() == 204 || answer.status() == 304;
    }

    /** Makes the head of an answer. */
    static void fill(ResponseHead head, Method method, Action.Answer answer) {
        head.start(answer.status(), bodiless(answer) ? 0 : answer.body().length, method);
        for (HeaderLine field : answer.fields()) {
            head.append(field);
        }
    }

    /**
     * Sends an answer, to its end.
     *
     * @param head filled
     */
    static void send(ClientStream client, ResponseHead head, Method method, Action.Answer answer) {
        client.head(head);
        if (bodyBytes(method, answer) > 0) {
            client.body(Unpooled.wrappedBuffer(answer.body()));
        }
        client.end(Trailers.NONE);
        client.flush();
    }
}
