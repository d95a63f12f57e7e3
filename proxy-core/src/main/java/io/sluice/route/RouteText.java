package io.sluice.route;

import java.nio.charset.StandardCharsets;

/** Text of the configuration as the bytes it is compared with, a byte a character. <em>Immutable.</em> */
final class RouteText {
    private RouteText() {}

    /** The bytes. Hosts, paths and field values on the wire are octets; beyond Latin-1 nothing can be equal. */
    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
