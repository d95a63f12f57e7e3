package io.sluice.admin;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/** What a page answers. <em>Thread-safe</em>: it is used by one connection. */
sealed interface Answer {

    /**
     * An answer that is there as a whole. <em>Immutable</em> (its body is never changed).
     *
     * @param status      as in RFC 9110 §15
     * @param contentType of the body
     * @param body        to be sent
     * @param fields      further header lines, without their ends
     */
    record Whole(int status, String contentType, byte[] body, List<String> fields) implements Answer {
        Whole with(List<String> more) {
            return new Whole(status, contentType, body, more);
        }
    }

    /** A file that takes time to come to be. <em>Ends</em> by {@link #close}, which whoever got it calls. */
    non-sealed interface Download extends Answer, AutoCloseable {
        /** As what a browser saves it. */
        String fileName();

        /** How long until there is something to send. */
        Duration delay();

        /** What is to be sent, once the wait is over; the caller closes it. */
        InputStream content() throws IOException;

        /** Gives up what it holds; idempotent. */
        @Override
        void close();
    }

    /** Plain text, to which a line end is added. */
    static Whole text(int status, String body) {
        return new Whole(status, "text/plain; charset=utf-8", (body + "\n").getBytes(StandardCharsets.UTF_8), List.of());
    }

    /** 200 with a JSON text. */
    static Whole json(JsonText body) {
        return new Whole(200, "application/json", body.bytes(), List.of());
    }
}
