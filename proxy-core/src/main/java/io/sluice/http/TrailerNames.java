package io.sluice.http;

import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;

/**
 * Which fields may not stand behind a body: those that frame, route, authenticate, or say how to read the message, since
 * they were needed in front of it (RFC 9110 §6.5.1); and those that only we say of a client, which a backend may merge into
 * the head. <em>Immutable.</em>
 */
final class TrailerNames {
    private static final byte[][] REFUSED = lowerCase(
            "authorization", "cookie", "cookie2", "set-cookie", "set-cookie2", "www-authenticate", "authentication-info",
            "content-encoding", "content-location", "content-range", "content-disposition", "range",
            "cache-control", "pragma", "age", "expires", "vary", "warning", "retry-after", "http2-settings", "origin",
            "referer", "x-original-url", "x-rewrite-url", "x-http-method-override");
    private static final byte[][] REFUSED_BEGINNINGS = lowerCase(
            "proxy-", "if-", "sec-", "x-forwarded-", "x-real-ip", "x-client-cert-");

    private TrailerNames() {}

    /** Leaves out of the section what may not be passed on. */
    static void strip(TrailerSection section) {
        for (int i = 0; i < section.count(); i++) {
            if (!passes(section, i)) {
                section.drop(i);
            }
        }
    }

    private static boolean passes(TrailerSection section, int i) {
        if (section.name(i) != HeaderName.OTHER) {
            // Every name we give a meaning to is about a message as a whole or about its way.
            return false;
        }
        byte[] bytes = section.bytes;
        int start = section.nameStart(i);
        int end = section.nameEnd(i);
        for (byte[] name : REFUSED) {
            if (Ascii.equalsLowerCase(bytes, start, end, name)) {
                return false;
            }
        }
        for (byte[] beginning : REFUSED_BEGINNINGS) {
            if (Ascii.beginsLike(bytes, start, end, beginning)) {
                return false;
            }
        }
        return true;
    }

    private static byte[][] lowerCase(String... names) {
        return Stream.of(names).map(name -> name.getBytes(StandardCharsets.US_ASCII)).toArray(byte[][]::new);
    }
}
