package io.sluice.http2;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sluice.config.HealthConfig.Check;
import io.sluice.config.HealthConfig.Protocol;
import io.sluice.http.HeadLimits;
import io.sluice.http.HeadParser;
import io.sluice.http.ProxyError;
import io.sluice.http.RequestHead;
import io.sluice.http.Trailers;
import io.sluice.pool.Connector;
import io.sluice.pool.SharedConnection;
import io.sluice.pool.SharedConnector;
import io.sluice.service.Checker;
import io.sluice.service.Endpoint;
import io.sluice.service.Service;
import io.sluice.service.Verdict;
import io.sluice.stream.BackendStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * Checks endpoints that speak HTTP/2, or may choose to: by a GET, or by asking gRPC's health service. Every check has a
 * connection of its own, closed with its verdict; where it carries HTTP/2, that there is one means that settings were exchanged. <em>Loop-confined.</em>
 */
public final class Http2Checker implements Checker {
    /** A head of ours: it is always within these. */
    private static final HeadLimits OURS = new HeadLimits(16384, 8192, 100);

    private final SharedConnector connector;

    /**
     * Creates it.
     *
     * @param connector opens what checks need
     */
    public Http2Checker(SharedConnector connector) {
        this.connector = connector;
    }

    @Override
    public Running check(Service service, Endpoint endpoint, Consumer<Verdict> verdict) {
        Asking asking = new Asking(service, endpoint, verdict);
        asking.begin();
        return asking;
    }

    /** A check on its way. */
    private final class Asking implements Running, SharedConnector.Listener, SharedConnection.Listener {
        private final Service service;
        private final Endpoint endpoint;
        private final Check terms;
        private final Consumer<Verdict> verdict;
        private Connector.Attempt connecting;
        /** Null where it is the stream's alone, or not open yet. */
        private SharedConnection connection;
        private BackendStream stream;
        private boolean over;

        private Asking(Service service, Endpoint endpoint, Consumer<Verdict> verdict) {
            this.service = service;
            this.endpoint = endpoint;
            this.terms = service.config().health().check();
            this.verdict = verdict;
        }

        private void begin() {
            connecting = connector.connect(service, endpoint, this);
        }

        @Override
        public void onConnected(BackendStream opened) {
            stream = opened;
            if (terms.protocol() == Protocol.GRPC) {
                tell(Verdict.failed(ProxyError.NOT_HTTP2.word()));
            } else if (terms.protocol() == Protocol.TCP) {
                tell(Verdict.passed("connected"));
            } else {
                ask();
            }
        }

        @Override
        public void onConnected(SharedConnection opened) {
            connection = opened;
            opened.listener(this);
            if (terms.protocol() == Protocol.TCP) {
                tell(Verdict.passed("connected"));
            } else if (opened.room() == 0) {
                tell(Verdict.failed("no stream allowed"));
            } else {
                stream = opened.stream();
                ask();
            }
        }

        private void ask() {
            boolean grpc = terms.protocol() == Protocol.GRPC;
            byte[] question = grpc ? GrpcHealth.question(terms.service()) : new byte[0];
            stream.listener(grpc ? new GrpcHealth(this::tell) : new Http2Check(terms, this::tell));
            stream.head(head(grpc, question.length));
            if (question.length > 0) {
                stream.body(Unpooled.wrappedBuffer(question));
            }
            stream.end(Trailers.NONE);
            stream.flush();
        }

        private RequestHead head(boolean grpc, int bodyBytes) {
            String host = terms.host() == null ? endpoint.named().toString() : terms.host();
            String line = grpc ? "POST " + GrpcHealth.PATH : "GET " + terms.path();
            String fields = grpc ? "\r\nContent-Type: application/grpc\r\nContent-Length: " + bodyBytes : "\r\nAccept: */*";
            String text = line + " HTTP/1.1\r\nHost: " + host + "\r\nUser-Agent: sluice-health-check" + fields + "\r\n\r\n";
            ByteBuf bytes = Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
            RequestHead head = new RequestHead();
            new HeadParser(OURS).parseRequest(head, bytes);
            bytes.release();
            return head;
        }

        @Override
        public void onConnectFailed(ProxyError why) {
            tell(Verdict.failed(why == ProxyError.CONNECT_FAILED ? "not connected" : why.word()));
        }

        @Override
        public void onLeaving() {
            // Its one stream tells what comes of that.
        }

        @Override
        public void onClosed() {
            tell(Verdict.failed("closed before its answer was whole"));
        }

        private void tell(Verdict found) {
            if (!over) {
                cancel();
                verdict.accept(found);
            }
        }

        @Override
        public void cancel() {
            over = true;
            if (stream != null) {
                stream.close();
            }
            if (connection != null) {
                connection.close();
            } else if (connecting != null) {
                connecting.cancel();
            }
        }
    }
}
