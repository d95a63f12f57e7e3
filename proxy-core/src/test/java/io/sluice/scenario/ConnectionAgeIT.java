package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.scenario.FrameClient.Frame;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Connections of clients that have lived long enough, or had their number of requests: they end, and cost no request. */
@Scenario
final class ConnectionAgeIT {
    private static final String YOUNG = "timeouts: { connectionAge: 200ms }\n";
    private static final String THREE = "limits: { requestsPerConnection: 3 }\n";

    @RegisterExtension
    final ProxyUnderTest proxy = new ProxyUnderTest();

    private static int lastStream(Frame goAway) {
        return ByteBuffer.wrap(goAway.payload()).getInt();
    }

    private static void acknowledge(FrameClient client) throws Exception {
        client.send(FrameClient.PING, FrameClient.ACK, 0, client.next(FrameClient.PING).payload());
    }

    /** Lets two connections live their time, one after the other: the spread of one life is less than that. */
    private void awaitThatAllAreOld() throws Exception {
        for (int i = 0; i < 2; i++) {
            proxy.http2Client().next(FrameClient.GO_AWAY);
        }
    }

    @Test
    void saysCloseWithTheLastOfItsRequests() throws Exception {
        proxy.start(THREE, proxy.backend(Script.answering(Http.ok("x"))));
        RawConnection client = proxy.client();

        for (int i = 0; i < 2; i++) {
            client.send(Http.get("/"));
            assertThat(client.response().values("Connection")).isEmpty();
        }
        client.send(Http.get("/"));
        Message last = client.response();

        assertThat(last.text()).isEqualTo("x");
        assertThat(last.value("Connection")).isEqualToIgnoringCase("close");
        client.awaitClose();
    }

    @Test
    void saysCloseWithTheResponseThatOutlivesItsAge() throws Exception {
        Signal answer = new Signal();
        proxy.start(YOUNG, proxy.backend(connection -> {
            connection.request();
            answer.await();
            connection.send(Http.ok("late"));
            connection.awaitEnd();
        }));
        RawConnection client = proxy.client();
        client.send(Http.get("/"));
        awaitThatAllAreOld();
        answer.raise();
        Message last = client.response();

        assertThat(last.text()).isEqualTo("late");
        assertThat(last.value("Connection")).isEqualToIgnoringCase("close");
        client.awaitClose();
    }

    @Test
    void tellsAnHttp2ClientTwiceAndFinishesWhatIsOn() throws Exception {
        Signal answer = new Signal();
        ScriptedBackend backend = proxy.backend(connection -> {
            connection.request();
            answer.await();
            connection.send(Http.ok("to the end"));
            connection.awaitEnd();
        });
        proxy.start(YOUNG, backend);
        FrameClient client = proxy.http2Client();
        int stream = client.get("/");
        backend.connection(0);

        Frame first = client.next(FrameClient.GO_AWAY);
        acknowledge(client);
        Frame second = client.next(FrameClient.GO_AWAY);
        answer.raise();

        assertThat(lastStream(first)).isEqualTo(Integer.MAX_VALUE);
        assertThat(first.code()).isEqualTo(FrameClient.NO_ERROR);
        assertThat(lastStream(second)).isEqualTo(stream);
        assertThat(client.answer(stream).text()).isEqualTo("to the end");
        assertThat(client.next(-1)).as("the connection ends").isNull();
    }

    @Test
    void endsAnHttp2ConnectionAfterItsRequestsAndAnswersThoseOnTheirWay() throws Exception {
        proxy.start(THREE, proxy.backend(Script.answering(Http.ok("x"))));
        FrameClient client = proxy.http2Client();
        for (int i = 0; i < 2; i++) {
            assertThat(client.answer(client.get("/")).text()).isEqualTo("x");
        }

        int third = client.get("/");
        Frame ping = client.next(FrameClient.PING);
        assertThat(client.answer(third).text()).isEqualTo("x");
        // As a client may that has not read the first goodbye.
        assertThat(client.answer(client.get("/")).text()).isEqualTo("x");
        client.send(FrameClient.PING, FrameClient.ACK, 0, ping.payload());
        Frame second = client.next(FrameClient.GO_AWAY);

        assertThat(second.code()).isEqualTo(FrameClient.NO_ERROR);
        assertThat(client.next(-1)).isNull();
    }

    @Test
    void isToldOnlyOnceHoweverManyReasonsThereAre() throws Exception {
        proxy.start(YOUNG + THREE, proxy.backend(Script.silent()));
        FrameClient client = proxy.http2Client();
        for (int i = 0; i < 5; i++) {
            client.get("/");
        }
        client.next(FrameClient.GO_AWAY);
        proxy.awaitMetric(5, "sluice_requests_active");

        awaitThatAllAreOld();
        acknowledge(client);
        Frame second = client.next(FrameClient.GO_AWAY);

        assertThat(lastStream(second)).isEqualTo(9);
        client.close();
    }

    @Test
    void holdsForConnectionsThatWereOpenBeforeAReload() throws Exception {
        ScriptedBackend backend = proxy.backend(Script.answering(Http.ok("x")));
        proxy.start(backend);
        RawConnection old = proxy.client();
        old.send(Http.get("/"));
        assertThat(old.response().values("Connection")).isEmpty();
        FrameClient oldToo = proxy.http2Client();
        oldToo.answer(oldToo.get("/"));

        proxy.reload("limits: { requestsPerConnection: 1 }\n", backend);
        old.send(Http.get("/"));

        assertThat(old.response().value("Connection")).isEqualToIgnoringCase("close");
        int stream = oldToo.get("/");
        assertThat(lastStream(oldToo.next(FrameClient.GO_AWAY))).isEqualTo(Integer.MAX_VALUE);
        assertThat(oldToo.answer(stream).text()).isEqualTo("x");
    }
}
