package io.sluice.filter;

import io.sluice.http.ProxyError;
import io.sluice.http.RequestHead;
import java.net.InetAddress;
import java.util.Arrays;

/** Puts segments before the forwarded path. The target {@code *} of OPTIONS stays. <em>Immutable.</em> */
public final class AddPrefix implements RequestFilter {
    private final byte[] prefix;

    /**
     * Creates it.
     *
     * @param prefix begins with a slash; one at its end makes no difference
     * @throws IllegalArgumentException if it could not stand in a request line
     */
    public AddPrefix(String prefix) {
        this.prefix = ForwardedPath.prefix(prefix);
    }

    @Override
    public ProxyError apply(RequestHead head, InetAddress client) {
        if (prefix.length > 0 && ForwardedPath.present(head)) {
            int start = head.forwardedPathStart();
            int length = head.forwardedPathEnd() - start;
            byte[] path = Arrays.copyOf(prefix, prefix.length + length);
            System.arraycopy(head.bytes(), start, path, prefix.length, length);
            head.path(path);
        }
        return null;
    }
}
