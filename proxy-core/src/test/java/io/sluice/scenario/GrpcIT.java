package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.sluice.service.EndpointView;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What gRPC calls get besides what any request does: errors they understand, deadlines, checks by the health service. */
@Scenario
final class GrpcIT {
    private static final String CALL = "Content-Type: application/grpc+proto";
    private static final String CHECKED = "services: { app: { endpoints: [${endpoints}], protocol: h2c, healthCheck: { "
            + "protocol: %s, interval: 30ms, timeout: 500ms, fall: 1, rise: 1 } } }\n";

    @RegisterExtension
    final ProxyUnderTest proxy = new ProxyUnderTest();

    private static String call(String... fields) {
        return Http.request("POST /app.Service/Method HTTP/1.1", fields);
    }

    private Message answerToCall(String... more) throws Exception {
        String[] fields = new String[more.length + 2];
        fields[0] = CALL;
        fields[1] = "Content-Length: 0";
        System.arraycopy(more, 0, fields, 2, more.length);
        return proxy.answerTo(call(fields));
    }

    @Test
    void aCallWithoutARouteIsUnimplemented() throws Exception {
        proxy.start("routes: [{ service: app, match: { path: /other } }]\n" + Http2BackendIT.H2C,
                proxy.backend(Framed.answering(200, "")));

        Message answer = answerToCall();

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.value("content-type")).isEqualTo("application/grpc");
        assertThat(answer.value("grpc-status")).isEqualTo("12");
        assertThat(answer.value("grpc-message")).isEqualTo("sluice: no_route");
        assertThat(answer.body()).isEmpty();
    }

    @Test
    void aBackendThatIsNotThereIsUnavailable() throws Exception {
        proxy.start(Http2BackendIT.H2C, List.of(proxy.nobody()));

        assertThat(answerToCall().value("grpc-status")).isEqualTo("14");
        proxy.awaitCounted("connect_failed");
    }

    @Test
    void aCallEndsWhenItsDeadlineIsOver() throws Exception {
        AtomicReference<Framed.Frame> reset = new AtomicReference<>();
        ScriptedBackend backend = proxy.backend(Framed.script(connection -> {
            assertThat(connection.request().field("grpc-timeout")).isEqualTo("80m");
            reset.set(connection.next(Framed.RST_STREAM));
            connection.raw().awaitEnd();
        }));
        proxy.start(Http2BackendIT.H2C, backend);

        assertThat(answerToCall("grpc-timeout: 80m").value("grpc-status")).isEqualTo("4");
        proxy.awaitCounted("request_timeout");
        await().until(() -> reset.get() != null && reset.get().code() == Framed.CANCEL);
    }

    @Test
    void whatIsNoCallGetsAnswersOfHttp() throws Exception {
        proxy.start("routes: [{ service: app, match: { path: /other } }]\n" + Http2BackendIT.H2C,
                proxy.backend(Framed.answering(200, "")));

        assertThat(proxy.answerTo(Http.get("/")).status()).isEqualTo(404);
        assertThat(proxy.answerTo(Http.get("/", "Content-Type: application/grpcx")).status()).isEqualTo(404);
        assertThat(proxy.answerTo(Http.get("/", "Content-Type: text/plain", "grpc-timeout: 1n")).status()).isEqualTo(404);
    }

    @Test
    void aTrailersOnlyAnswerEndsWithItsHead() throws Exception {
        ScriptedBackend backend = proxy.backend(Framed.script(connection -> {
            connection.head(connection.request().stream(), true, 200,
                    "content-type", "application/grpc", "grpc-status", "5", "grpc-message", "none");
            connection.raw().awaitEnd();
        }));
        proxy.start(Http2BackendIT.H2C, backend);

        Message answer = answerToCall();

        assertThat(answer.value("grpc-status")).isEqualTo("5");
        assertThat(answer.body()).isEmpty();
    }

    /** Answers gRPC's health service so. */
    private static Script healthy(int said, String grpcStatus, AtomicReference<Framed.Request> asked) {
        return Framed.script(connection -> {
            while (true) {
                Framed.Request request = connection.request();
                asked.set(request);
                connection.head(request.stream(), false, 200, "content-type", "application/grpc");
                connection.data(request.stream(), false, "\0\0\0\0\2\10" + (char) said);
                connection.fields(request.stream(), true, new DefaultHttp2Headers(false), "grpc-status", grpcStatus);
            }
        });
    }

    private EndpointView view() {
        return proxy.server().services().getFirst().view().getFirst();
    }

    @ParameterizedTest
    @CsvSource({"1, 0, true", "2, 0, false", "3, 0, false", "1, 12, false"})
    void gRpcsHealthServiceSaysWhetherAnEndpointIsWell(int said, String grpcStatus, boolean well) throws Exception {
        AtomicReference<Framed.Request> asked = new AtomicReference<>();
        ScriptedBackend backend = proxy.backend(healthy(said, grpcStatus, asked));

        proxy.start(CHECKED.formatted("grpc, service: shop.Cart"), backend);

        if (well) {
            proxy.awaitMetric(0, "sluice_checks_total", "result=failed");
            await().until(() -> proxy.metric("sluice_checks_total", "result=passed") >= 2);
        } else {
            await().until(() -> view().state() == EndpointView.State.DOWN);
        }
        assertThat(asked.get().head().path()).hasToString("/grpc.health.v1.Health/Check");
        assertThat(asked.get().field("te")).isEqualTo("trailers");
        assertThat(asked.get().text()).isEqualTo("\0\0\0\0\13\12\11shop.Cart");
    }

    @Test
    void checksByGetSpeakHttp2Too() throws Exception {
        AtomicInteger status = new AtomicInteger(200);
        ScriptedBackend backend = proxy.backend(Framed.script(connection -> {
            while (true) {
                Framed.Request request = connection.request();
                connection.answer(request.stream(), status.get(), "all is well");
            }
        }));
        proxy.start(CHECKED.formatted("http, path: /health, body: is well"), backend);

        await().until(() -> proxy.metric("sluice_checks_total", "result=passed") >= 2);
        status.set(503);
        await().until(() -> view().state() == EndpointView.State.DOWN);
        status.set(200);
        await().until(() -> view().state() != EndpointView.State.DOWN);
    }
}
