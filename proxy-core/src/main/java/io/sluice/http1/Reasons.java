package io.sluice.http1;

import io.netty.util.internal.EmptyArrays;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Reason phrases of the statuses we answer ourselves (RFC 9110 §15). <em>Immutable.</em> */
final class Reasons {
    private static final Map<Integer, String> PHRASES = Map.ofEntries(
            Map.entry(200, "OK"),
            Map.entry(204, "No Content"),
            Map.entry(301, "Moved Permanently"),
            Map.entry(302, "Found"),
            Map.entry(303, "See Other"),
            Map.entry(307, "Temporary Redirect"),
            Map.entry(308, "Permanent Redirect"),
            Map.entry(400, "Bad Request"),
            Map.entry(403, "Forbidden"),
            Map.entry(404, "Not Found"),
            Map.entry(405, "Method Not Allowed"),
            Map.entry(408, "Request Timeout"),
            Map.entry(413, "Content Too Large"),
            Map.entry(414, "URI Too Long"),
            Map.entry(417, "Expectation Failed"),
            Map.entry(429, "Too Many Requests"),
            Map.entry(431, "Request Header Fields Too Large"),
            Map.entry(500, "Internal Server Error"),
            Map.entry(501, "Not Implemented"),
            Map.entry(502, "Bad Gateway"),
            Map.entry(503, "Service Unavailable"),
            Map.entry(504, "Gateway Timeout"),
            Map.entry(505, "HTTP Version Not Supported"),
            Map.entry(508, "Loop Detected"));
    private static final byte[][] BY_STATUS = byStatus();

    private Reasons() {}

    private static byte[][] byStatus() {
        byte[][] reasons = new byte[600][];
        PHRASES.forEach((status, phrase) -> reasons[status] = phrase.getBytes(StandardCharsets.US_ASCII));
        return reasons;
    }

    /** The phrase, not to be changed; empty where we have none (RFC 9112 §4 allows that). */
    static byte[] of(int status) {
        byte[] reason = BY_STATUS[status];
        return reason == null ? EmptyArrays.EMPTY_BYTES : reason;
    }
}
