package io.sluice.exchange;

import io.netty.buffer.Unpooled;
import io.sluice.http.HeaderLine;
import io.sluice.http.Method;
import io.sluice.http.ProxyError;
import io.sluice.http.ResponseHead;
import io.sluice.http.Trailers;
import io.sluice.stream.ClientStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The one road on which responses made here leave. <em>Immutable.</em> */
final class LocalAnswer {
    private static final HeaderLine PLAIN_TEXT = HeaderLine.of("Content-Type", "text/plain; charset=utf-8");
    private static final HeaderLine ALLOW = HeaderLine.of("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
    private static final HeaderLine RETRY_AFTER = HeaderLine.of("Retry-After", "1");

    private LocalAnswer() {}

    /** Sends the answer that an error has. */
    static void error(ClientStream client, ResponseHead head, Method method, ProxyError error) {
        List<HeaderLine> fields = switch (error.status()) {
            case 405 -> List.of(PLAIN_TEXT, ALLOW);
            case 503 -> List.of(PLAIN_TEXT, RETRY_AFTER);
            default -> List.of(PLAIN_TEXT);
        };
        byte[] body = (error.status() + " " + error.word() + "\n").getBytes(StandardCharsets.US_ASCII);
        send(client, head, method, error.status(), fields, body);
    }

    /**
     * Sends an answer, to its end.
     *
     * @param head to be filled here
     */
    static void send(
            ClientStream client, ResponseHead head, Method method, int status, List<HeaderLine> fields, byte[] body) {
        boolean bodiless = status == 204 || status == 304;
        head.start(status, bodiless ? 0 : body.length, method);
        for (HeaderLine field : fields) {
            head.append(field);
        }
        client.head(head);
        if (body.length > 0 && !bodiless && method != Method.HEAD) {
            client.body(Unpooled.wrappedBuffer(body));
        }
        client.end(Trailers.NONE);
        client.flush();
    }
}
