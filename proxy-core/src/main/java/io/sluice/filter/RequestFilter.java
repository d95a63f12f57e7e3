package io.sluice.filter;

import io.sluice.http.ProxyError;
import io.sluice.http.RequestHead;
import java.net.InetAddress;

/** One thing done to a request before it is forwarded. Implementations are <em>Immutable</em>. */
@FunctionalInterface
public interface RequestFilter {

    /**
     * Edits the head, or refuses the request.
     *
     * @param client the address the request came from: the socket's, or what trusted proxies say of it
     * @return null to go on
     */
    ProxyError apply(RequestHead head, InetAddress client);
}
