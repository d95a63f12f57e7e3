package io.sluice.exchange;

import io.sluice.http.RequestHead;
import io.sluice.http.ResponseHead;
import io.sluice.route.Route;
import io.sluice.stream.BodySink;
import io.sluice.stream.ClientStream;

/** What makes another body of one that crosses, for one exchange; at most one does. <em>Loop-confined.</em> */
sealed interface BodyChange permits Compressing, WebCall {

    /** What an exchange asks about its bodies; null where its route changes none. To be called before filters. */
    static BodyChange of(Route route, RequestHead request, Snapshot snapshot) {
        WebCall call = route.grpcWeb() ? WebCall.of(request) : null;
        return call == null ? Compressing.of(route, request, snapshot) : call;
    }

    /** Where the request's body is to go for this one to get it. */
    static BodySink of(Exchange exchange, BodySink backend, Worker worker) {
        return exchange.change instanceof WebCall call ? call.request(exchange, backend, worker) : backend;
    }

    /** The request's head passed everything that may refuse it: it becomes what its backend gets. */
    static void forward(Exchange exchange) {
        if (exchange.change instanceof WebCall call) {
            call.forward(exchange.head);
        }
    }

    /**
     * Decides on a final response, edits its head, and returns where its body is to go: here, or to its client.
     *
     * @param head as the client gets it otherwise
     */
    BodySink begin(ResponseHead head, ClientStream to);

    /** Whether the response's body is changed. */
    boolean active();

    /** Bytes of body handed to the client, if so many came. */
    long sentBytes(long cameBytes);

    /** Gives its memory back; idempotent. */
    void close();
}
