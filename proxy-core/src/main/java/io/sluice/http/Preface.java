package io.sluice.http;

import java.nio.charset.StandardCharsets;

/**
 * What a connection begins with over which HTTP/2 is spoken without having been agreed on before (RFC 9113 §3.3, §3.4): it
 * looks like a request of a version that nobody knows. <em>Immutable.</em>
 */
public final class Preface {
    private static final byte[] LINE = "PRI * HTTP/2.0\r\n".getBytes(StandardCharsets.US_ASCII);

    private Preface() {}

    /** Whether a head that was refused begins so. */
    public static boolean begins(RequestHead refused) {
        if (refused.error != ProxyError.UNSUPPORTED_VERSION || refused.emptyLines > 0 || refused.length < LINE.length) {
            return false;
        }
        for (int i = 0; i < LINE.length; i++) {
            if (refused.bytes[i] != LINE[i]) {
                return false;
            }
        }
        return true;
    }
}
