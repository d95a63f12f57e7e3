package io.sluice.scenario;

import java.io.IOException;

/** What a backend does with one connection; the connection is closed when it returns. */
@FunctionalInterface
interface Script {

    /**
     * Plays it, on a thread of its own. An {@link IOException} ends it silently, as the proxy may close whenever it
     * likes; an {@link AssertionError} fails the test.
     */
    void play(RawConnection connection) throws IOException, InterruptedException;

    /** Reads requests one after the other and answers each with these bytes. */
    static Script answering(String response) {
        return connection -> {
            while (true) {
                connection.request();
                connection.send(response);
            }
        };
    }

    /** Reads one request, sends these bytes, and closes. */
    static Script answeringOnce(String response) {
        return connection -> {
            connection.request();
            connection.send(response);
        };
    }

    /** Reads one request, sends these bytes, and waits for the proxy to end the connection. */
    static Script answeringThenWaiting(String response) {
        return connection -> {
            connection.request();
            connection.send(response);
            connection.awaitEnd();
        };
    }

    /** Reads one request and never answers. */
    static Script silent() {
        return answeringThenWaiting("");
    }

    /** Sends every request's body back, with a Content-Length. */
    static Script echoing() {
        return connection -> {
            while (true) {
                Message request = connection.request();
                connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + request.body().length + "\r\n\r\n");
                connection.send(request.body());
            }
        };
    }
}
