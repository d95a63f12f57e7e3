package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.handler.codec.http2.Http2Headers;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Calls as gRPC makes them, HTTP/2 on both sides: streams both ways at once, trailers, and how either side gives up. */
@Scenario
final class GrpcStreamsIT {
    private static final String PATH = "/app.Service/Talk";

    @RegisterExtension
    final ProxyUnderTest proxy = new ProxyUnderTest();

    private Framed caller() throws Exception {
        return Framed.client(proxy.client());
    }

    @Test
    void bothSidesTalkAtOnce() throws Exception {
        proxy.start(Http2BackendIT.H2C, proxy.backend(Framed.script(connection -> {
            Framed.Request call = connection.begun();
            connection.head(call.stream(), false, 200, "content-type", "application/grpc");
            Framed.Frame frame;
            do {
                frame = connection.next();
                if (frame.payload().length > 0) {
                    connection.data(frame.stream(), false, "<" + Http.text(frame.payload()) + ">");
                }
            } while ((frame.flags() & Framed.END_STREAM) == 0);
            connection.trailers(call.stream(), "grpc-status", "0", "x-trace-bin", "AAE");
            connection.raw().awaitEnd();
        })));
        Framed caller = caller();

        caller.call(1, false, PATH, "grpc-timeout", "1M");
        assertThat(caller.fields(false).status()).hasToString("200");
        for (String word : List.of("a", "b", "c")) {
            caller.data(1, false, word);
            assertThat(caller.text()).isEqualTo("<" + word + ">");
        }
        caller.data(1, true, "d");
        assertThat(caller.text()).isEqualTo("<d>");

        Http2Headers trailers = caller.fields(true);
        assertThat(trailers.get("grpc-status")).hasToString("0");
        assertThat(trailers.get("x-trace-bin")).hasToString("AAE");
    }

    @Test
    void anAnswerOfTrailersOnlyIsOneFrame() throws Exception {
        proxy.start(Http2BackendIT.H2C, proxy.backend(Framed.script(connection -> {
            connection.head(connection.request().stream(), true, 200, "content-type", "application/grpc", "grpc-status", "5");
            connection.raw().awaitEnd();
        })));
        Framed caller = caller();

        caller.call(1, true, PATH);

        assertThat(caller.fields(true).get("grpc-status")).hasToString("5");
    }

    @Test
    void anErrorOfOursIsOneFrameToo() throws Exception {
        proxy.start(Http2BackendIT.H2C, List.of(proxy.nobody()));
        Framed caller = caller();

        caller.call(1, true, PATH);

        Http2Headers answer = caller.fields(true);
        assertThat(answer.status()).hasToString("200");
        assertThat(answer.get("grpc-status")).hasToString("14");
        assertThat(answer.get("grpc-message")).hasToString("sluice: connect_failed");
    }

    @Test
    void aServerThatEndsACallEndsItForItsCallerToo() throws Exception {
        proxy.start(Http2BackendIT.H2C, proxy.backend(Framed.script(connection -> {
            Framed.Request call = connection.begun();
            connection.head(call.stream(), true, 200, "content-type", "application/grpc", "grpc-status", "7");
            connection.reset(call.stream(), Framed.NO_ERROR);
            connection.answer(connection.request().stream(), 200, "next");
            connection.raw().awaitEnd();
        })));
        Framed caller = caller();

        caller.call(1, false, PATH);
        caller.data(1, false, "more is to come");

        assertThat(caller.fields(true).get("grpc-status")).hasToString("7");
        caller.call(3, true, PATH);
        assertThat(caller.next(Framed.DATA).stream()).isEqualTo(3);
    }

    @Test
    void aCallerThatCancelsResetsTheServersStream() throws Exception {
        AtomicReference<Framed.Frame> reset = new AtomicReference<>();
        proxy.start(Http2BackendIT.H2C, proxy.backend(Framed.script(connection -> {
            Framed.Request call = connection.begun();
            connection.head(call.stream(), false, 200, "content-type", "application/grpc");
            reset.set(connection.next(Framed.RST_STREAM));
            connection.raw().awaitEnd();
        })));
        Framed caller = caller();

        caller.call(1, false, PATH);
        caller.fields(false);
        caller.reset(1, Framed.CANCEL);

        await().until(() -> reset.get() != null && reset.get().code() == Framed.CANCEL);
    }

    @Test
    void aServerThatResetsACallInItsMidstResetsItsCaller() throws Exception {
        proxy.start(Http2BackendIT.H2C, proxy.backend(Framed.script(connection -> {
            Framed.Request call = connection.begun();
            connection.head(call.stream(), false, 200, "content-type", "application/grpc");
            connection.data(call.stream(), false, "half");
            assertThat(Http.text(connection.next().payload())).isEqualTo("go on");
            connection.reset(call.stream(), 2);
            connection.raw().awaitEnd();
        })));
        Framed caller = caller();

        caller.call(1, false, PATH);
        caller.fields(false);
        assertThat(caller.text()).isEqualTo("half");
        caller.data(1, false, "go on");

        assertThat(caller.next(Framed.RST_STREAM).stream()).isEqualTo(1);
    }

    @Test
    void aCallThatWasNotLookedAtIsMadeAgain() throws Exception {
        proxy.start(Http2BackendIT.H2C, proxy.backend(
                Framed.script(connection -> {
                    connection.request();
                    connection.goAway(0, Framed.NO_ERROR);
                    connection.raw().awaitEnd();
                }),
                Framed.script(connection -> {
                    Framed.Request call = connection.request();
                    connection.head(call.stream(), false, 200, "content-type", "application/grpc");
                    connection.data(call.stream(), false, call.text());
                    connection.trailers(call.stream(), "grpc-status", "0");
                    connection.raw().awaitEnd();
                })));
        Framed caller = caller();

        caller.call(1, false, PATH);
        caller.data(1, true, "question");

        caller.fields(false);
        assertThat(caller.text()).isEqualTo("question");
        assertThat(caller.fields(true).get("grpc-status")).hasToString("0");
    }
}
