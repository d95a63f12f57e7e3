package io.sluice.http;

import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The question that a WebSocket handshake asks in HTTP/1.1, and its answer (RFC 6455 §4): who answers it has understood that it
 * is to speak WebSocket. Clients of HTTP/2 don't ask, so we do. <em>Immutable.</em>
 */
final class WebSocketKey {
    private static final int KEY_BYTES = 16;
    private static final AsciiString NAME = AsciiString.cached("Sec-WebSocket-Key");
    private static final byte[] KEY = "sec-websocket-key".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ACCEPT = "sec-websocket-accept".getBytes(StandardCharsets.US_ASCII);
    /** RFC 6455 §1.3. */
    private static final String SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    private WebSocketKey() {}

    /** Has a request ask, by a new key in place of any other. */
    static void add(RequestHead head) {
        head.dropAll(KEY);
        byte[] key = new byte[KEY_BYTES];
        // It has to differ from others, not to be a secret.
        ThreadLocalRandom.current().nextBytes(key);
        head.append(NAME, new AsciiString(Base64.getEncoder().encode(key), false));
    }

    /** Whether the response has exactly one answer, and that to the request's key. */
    static boolean accepted(RequestHead request, ResponseHead response) {
        int key = request.next(KEY, 0);
        int answer = response.next(ACCEPT, 0);
        return key >= 0 && answer >= 0 && response.next(ACCEPT, answer + 1) < 0
                && response.value(answer).equals(answer(request.value(key)));
    }

    /** The answer to a key. */
    static String answer(String key) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-1").digest((key + SUFFIX).getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-1", e);
        }
    }

    /** Drops the answer, which means nothing to who didn't ask. */
    static void dropAnswer(ResponseHead head) {
        head.dropAll(ACCEPT);
    }
}
