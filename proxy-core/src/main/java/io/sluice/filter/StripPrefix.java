package io.sluice.filter;

import io.sluice.http.ProxyError;
import io.sluice.http.RequestHead;
import java.net.InetAddress;
import java.util.Arrays;

/**
 * Takes whole leading segments off the forwarded path: {@code /v1} turns {@code /v1/users} into {@code /users} and {@code
 * /v1} into {@code /}, and leaves {@code /v1x} as it is. The path is compared as received, byte for byte, not in a
 * normalised form; one that does not begin so passes unchanged. <em>Immutable.</em>
 */
public final class StripPrefix implements RequestFilter {
    private static final byte[] ROOT = {'/'};

    private final byte[] prefix;

    /**
     * Creates it.
     *
     * @param prefix begins with a slash; one at its end makes no difference
     * @throws IllegalArgumentException if it could not stand in a request line
     */
    public StripPrefix(String prefix) {
        this.prefix = ForwardedPath.prefix(prefix);
    }

    @Override
    public ProxyError apply(RequestHead head, InetAddress client) {
        byte[] bytes = head.bytes();
        int start = head.forwardedPathStart();
        int end = head.forwardedPathEnd();
        int rest = start + prefix.length;
        if (prefix.length == 0 || rest > end || !Arrays.equals(bytes, start, rest, prefix, 0, prefix.length)) {
            return null;
        }
        if (rest == end) {
            head.path(ROOT);
        } else if (bytes[rest] == '/') {
            head.path(rest, end);
        }
        return null;
    }
}
