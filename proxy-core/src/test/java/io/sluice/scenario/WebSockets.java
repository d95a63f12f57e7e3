package io.sluice.scenario;

import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/** What backends of WebSockets say. <em>Immutable.</em> */
final class WebSockets {
    private WebSockets() {}

    /** Reads a request to switch, and agrees to it as RFC 6455 §4.2.2 has it. */
    static Message accept(RawConnection connection) throws IOException {
        Message request = connection.request();
        connection.send(switched(request.value("Sec-WebSocket-Key")));
        return request;
    }

    /** The consent to a request with this key. */
    static String switched(String key) {
        return "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                + "Sec-WebSocket-Accept: " + answer(key) + "\r\nX-Kept: 1\r\n\r\n";
    }

    private static String answer(String key) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-1");
            return Base64.getEncoder().encodeToString(sha.digest(Http.bytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
