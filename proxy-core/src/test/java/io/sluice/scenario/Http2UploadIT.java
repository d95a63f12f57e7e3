package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.scenario.FrameClient.Answer;
import java.io.ByteArrayOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Requests with a body over HTTP/2, however their frames come. */
@Scenario
final class Http2UploadIT {
    @RegisterExtension
    final ProxyUnderTest proxy = new ProxyUnderTest();

    private static byte[] head(int stream, String... more) {
        return FrameClient.frame(FrameClient.HEADERS, FrameClient.END_HEADERS, stream,
                FrameClient.request("POST", "/", more));
    }

    private static byte[] data(int stream, String text, boolean last) {
        return FrameClient.frame(FrameClient.DATA, last ? FrameClient.END_STREAM : 0, stream, Http.bytes(text));
    }

    private static void sendTogether(FrameClient client, byte[]... frames) throws Exception {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] frame : frames) {
            all.writeBytes(frame);
        }
        client.raw().send(all.toByteArray());
    }

    @Test
    void passesOnABodyThatComesInOneReadWithItsHead() throws Exception {
        proxy.start(proxy.backend(Script.echoing()));
        FrameClient client = proxy.http2Client();

        sendTogether(client, head(1), data(1, "one ", false), data(1, "two ", false), data(1, "three", true));

        assertThat(client.answer(1).text()).isEqualTo("one two three");
    }

    @Test
    void passesOnABodyThatBeginsWithItsHeadAndGoesOnLater() throws Exception {
        proxy.start(proxy.backend(Script.echoing()));
        FrameClient client = proxy.http2Client();
        client.settle();

        sendTogether(client, head(1, "content-length", "7"), data(1, "one ", false));
        client.settle();
        sendTogether(client, data(1, "two", true));

        assertThat(client.answer(1).text()).isEqualTo("one two");
    }

    @Test
    void passesOnTheEndThatComesInOneReadWithItsHead() throws Exception {
        proxy.start(proxy.backend(Script.echoing()));
        FrameClient client = proxy.http2Client();

        sendTogether(client, head(1), data(1, "", true));

        assertThat(client.answer(1).status).isEqualTo(200);
        assertThat(client.answer(1).text()).isEmpty();
    }

    @Test
    void resetsABodyThatContradictsItsHeadInOneRead() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.answering(Http.ok("fine")));
        proxy.start(backend);
        FrameClient client = proxy.http2Client();
        client.settle();

        sendTogether(client, head(1, "content-length", "5"), data(1, "too long", true));
        Answer refused = client.answer(1);

        assertThat(refused.reset).isEqualTo(FrameClient.PROTOCOL_ERROR);
        assertThat(refused.status).isZero();
        client.send(FrameClient.HEADERS, FrameClient.END_STREAM | FrameClient.END_HEADERS, 3, FrameClient.request("GET", "/"));
        assertThat(client.answer(3).text()).isEqualTo("fine");
        assertThat(backend.connections()).isEqualTo(1);
        proxy.awaitMetric(1, "sluice_rejected_total", "reason=http2_malformed");
        proxy.awaitCounted("http2_malformed");
    }

    @Test
    void sendsAHeadOnItsWayThoughNothingOfItsBodyHasCome() throws Exception {
        ScriptedBackend backend = proxy.backend(connection -> {
            connection.request();
            connection.send(Http.ok("first"));
            connection.head();
            connection.send(Http.ok("answered early"));
            connection.awaitEnd();
        });
        proxy.start(backend);
        FrameClient client = proxy.http2Client();
        // Now there is a connection to use again: no time passes between the head and its way out.
        assertThat(client.answer(client.get("/")).text()).isEqualTo("first");
        proxy.awaitMetric(1, "sluice_pool_idle");

        int stream = client.post("/");

        assertThat(client.answer(stream).text()).isEqualTo("answered early");
        assertThat(backend.connections()).isEqualTo(1);
    }

    @Test
    void endsARequestWhoseBodyNeverComes() throws Exception {
        ScriptedBackend backend = proxy.backend(connection -> {
            connection.request();
            connection.send(Http.ok("first"));
            connection.awaitEnd();
        });
        proxy.start("timeouts: { requestBodyIdle: 300ms }\n", backend);
        FrameClient client = proxy.http2Client();
        client.answer(client.get("/"));
        proxy.awaitMetric(1, "sluice_pool_idle");

        assertThat(client.answer(client.post("/")).status).isEqualTo(408);
    }
}
