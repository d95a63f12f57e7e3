package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.scenario.Message.Ending;
import java.io.IOException;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The two ends talk to each other without a proxy, so that what the scenarios see can be believed. */
@Scenario
final class TestKitIT {
    private ScriptedBackend backend;
    private RawConnection client;

    @AfterEach
    void closes() throws IOException {
        client.close();
        backend.close();
    }

    private void play(Script script) throws IOException {
        backend = ScriptedBackend.playing(script);
        String[] address = backend.address().split(":");
        client = RawConnection.to(new InetSocketAddress(address[0], Integer.parseInt(address[1])));
    }

    @Test
    void readsBodiesByTheirFraming() throws IOException {
        play(Script.answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nT: 1\r\n\r\n" + Http.ok("four")));

        client.send(Http.post("/", "body"));
        Message chunked = client.response();

        assertThat(chunked.text()).isEqualTo("abc");
        assertThat(chunked.trailers()).containsExactly("T: 1");
        assertThat(client.response().text()).isEqualTo("four");
        assertThat(backend.connection(0).received()).endsWith("body");
    }

    @Test
    void tellsATruncatedBodyFromAWholeOne() throws IOException {
        play(Script.answeringOnce("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab"));

        client.send(Http.get("/"));
        Message message = client.truncatedResponse();

        assertThat(message.ending()).isEqualTo(Ending.CLOSED);
        assertThat(message.text()).isEqualTo("ab");
    }

    @Test
    void tellsAResetFromAClose() throws IOException {
        play(connection -> {
            connection.request();
            connection.reset();
        });

        client.send(Http.get("/"));

        client.awaitReset();
    }

    @Test
    void refusesToReadATruncatedBodyAsAWholeOne() throws IOException {
        play(Script.answeringOnce("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"));

        client.send(Http.get("/"));

        assertThatThrownBy(client::response).isInstanceOf(AssertionError.class).hasMessageContaining("CLOSED");
    }

    @Test
    void countsConnectionsThatWereNotYetAccepted() throws IOException {
        play(Script.silent());

        assertThat(backend.connections()).isEqualTo(1);
        assertThat(backend.connections()).isEqualTo(1);
    }

    @Test
    void aHandshakeThatEndsInItsMidstIsAnEndToo() throws IOException {
        backend = ScriptedBackend.secure(BackendSecrets.GOOD, Script.silent());
        String[] address = backend.address().split(":");
        client = RawConnection.to(new InetSocketAddress(address[0], Integer.parseInt(address[1])));
        RawConnection accepted = backend.connection(0);

        client.send("\u0016\u0003\u0001");
        client.close();

        assertThatNoException().isThrownBy(accepted::awaitEnded);
    }

    @Test
    void keepsWhatAScriptAssertedInVain() throws IOException {
        play(connection -> {
            throw new AssertionError("in vain");
        });

        client.awaitEnd();

        assertThat(backend.failures()).singleElement().extracting(Throwable::getMessage).isEqualTo("in vain");
    }
}
