package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Another configuration for a running proxy, while streams of one connection are in flight. */
@Scenario
final class Http2ReloadIT {
    private static final String ROUTES = """
            routes:
              - { name: page, match: { path: /page }, respond: { status: 200, body: %s } }
              - { name: all, service: app }
            """;

    @RegisterExtension
    final ProxyUnderTest proxy = new ProxyUnderTest();

    @Test
    void streamsInFlightEndOnWhatTheyBeganWithAndTheNextOfTheirConnectionSeeTheNew() throws Exception {
        Signal rest = new Signal();
        ScriptedBackend before = proxy.backend(
                connection -> {
                    connection.request();
                    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nbegun");
                    rest.await();
                    connection.send(" here");
                    connection.awaitEnd();
                },
                connection -> {
                    connection.send(Http.ok("before got " + connection.request().text()));
                    connection.awaitEnd();
                });
        ScriptedBackend after = proxy.backend(Script.answering(Http.ok("after")));
        proxy.start(ROUTES.formatted("one"), before);
        FrameClient client = proxy.http2Client();
        int download = client.get("/");
        client.next(FrameClient.DATA);
        int upload = client.post("/", "content-length", "10");
        client.data(upload, Http.bytes("first"), false);
        before.connection(1);

        proxy.reload(ROUTES.formatted("two"), after);
        assertThat(client.answer(client.get("/page")).text()).isEqualTo("two");
        assertThat(client.answer(client.get("/")).text()).isEqualTo("after");
        rest.raise();
        client.data(upload, Http.bytes(" rest"), true);

        assertThat(client.answer(download).text()).isEqualTo("begun here");
        assertThat(client.answer(upload).text()).isEqualTo("before got first rest");
        before.connection(0).awaitEnded();
        before.connection(1).awaitEnded();
    }
}
