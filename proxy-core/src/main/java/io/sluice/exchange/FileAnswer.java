package io.sluice.exchange;

import io.sluice.exchange.ExchangeState.Phase;
import io.sluice.exchange.ExchangeState.Response;
import io.sluice.files.FileBody;
import io.sluice.files.FileResponse;
import io.sluice.files.FileTree;
import io.sluice.filter.ResponseFilter;
import io.sluice.http.HeaderLine;
import io.sluice.http.Method;
import io.sluice.http.ProxyError;
import io.sluice.http.RequestHead;
import io.sluice.http.ResponseHead;
import io.sluice.http.Trailers;
import io.sluice.route.Route;
import io.sluice.stream.BodySink;
import io.sluice.stream.ClientStream;
import io.sluice.telemetry.ExchangeRecord.Relay;
import java.io.IOException;

/**
 * The answer of an exchange that a file gives. <em>Loop-confined.</em> <em>Ownership</em>: of the file's body, until {@link
 * #close}, which its exchange calls at its own end.
 */
final class FileAnswer {
    private final Exchange exchange;
    private final ExchangeState state;
    private final ClientStream client;
    private final Worker worker;
    /** Where the body goes: to the client, or through what codes it. */
    private BodySink sink;
    private FileBody body;

    private FileAnswer(Exchange exchange, Worker worker) {
        this.exchange = exchange;
        this.state = exchange.state;
        this.client = exchange.client;
        this.sink = client;
        this.worker = worker;
    }

    /** Ends an exchange by what a tree has for its path. */
    static void give(Exchange exchange, Worker worker, FileTree tree) {
        exchange.fileAnswer = new FileAnswer(exchange, worker);
        exchange.fileAnswer.begin(tree, exchange.head, exchange.route);
    }

    /** Sends it, as far as the client takes it now. */
    private void begin(FileTree tree, RequestHead head, Route route) {
        exchange.abandonRequest();
        FileResponse response;
        try {
            response = FileResponse.to(head, tree, worker.files());
        } catch (IOException _) {
            exchange.fail(ProxyError.FILE_UNREADABLE);
            return;
        }
        state.response(Response.SENDING);
        exchange.deadlines().requestOver();
        exchange.record.answered(response.status());
        exchange.record.headSent(worker.wheel().nowNanos());
        sendHead(response, head.method(), route);
        body = sink == client ? new FileBody(response, client, route.zeroCopy().enabled()) : FileBody.coded(response, sink);
        if (head.method() == Method.HEAD || response.length() == 0) {
            end();
            return;
        }
        if (sink != client) {
            exchange.record.relay(Relay.COPIED, "filter");
        } else if (body.byKernel()) {
            exchange.record.relay(Relay.SENDFILE, "");
        } else if (body.ofFile()) {
            String largeOnes = !route.zeroCopy().enabled() ? "disabled" : client.peer().secure() ? "tls" : "platform";
            exchange.record.relay(Relay.COPIED, body.small() ? "small" : largeOnes);
        }
        send();
    }

    private void sendHead(FileResponse response, Method method, Route route) {
        ResponseHead to = worker.answerHead();
        to.start(response.status(), response.length(), method);
        for (HeaderLine field : response.fields()) {
            to.append(field);
        }
        for (ResponseFilter filter : route.responseFilters()) {
            filter.apply(to);
        }
        Https.stay(to, exchange);
        if (exchange.change != null) {
            sink = exchange.change.begin(to, client);
        }
        client.head(to);
    }

    private void send() {
        switch (body.send()) {
            case DONE -> end();
            case FULL -> exchange.awaitClient();
            case YIELDS -> {
                client.flush();
                exchange.awaitClient();
                worker.loop().execute(this::onClientWritable);
            }
            case TRUNCATED -> exchange.fail(ProxyError.FILE_TRUNCATED);
        }
    }

    private void end() {
        state.response(Response.SENT);
        sink.end(Trailers.NONE);
        client.flush();
        exchange.awaitClient();
    }

    /** The client takes more again. */
    void onClientWritable() {
        if (state.phase() != Phase.DONE && state.response() == Response.SENDING) {
            send();
        }
    }

    /** Bytes of body handed to the client so far. */
    long bytes() {
        return body == null ? 0 : body.bytes();
    }

    /** Why it did not reach its client: the connection also ends where a file did before its time. */
    ProxyError reason(ProxyError reported) {
        boolean sending = state.response() == Response.SENDING || state.response() == Response.SENT;
        return body != null && sending && body.truncated() ? ProxyError.FILE_TRUNCATED : reported;
    }

    /** Gives up what it holds, and returns the bytes of body that it sent; idempotent. */
    long close() {
        if (body == null) {
            return 0;
        }
        body.close();
        return body.bytes();
    }
}
