package io.sluice.filter;

import io.sluice.config.Cidr;
import io.sluice.http.ProxyError;
import io.sluice.http.RequestHead;
import java.net.InetAddress;
import java.util.List;

/** Refuses requests from these addresses. <em>Immutable.</em> */
public final class DenyAddresses implements RequestFilter {
    private final AddressSet denied;

    /** Creates it. */
    public DenyAddresses(List<Cidr> addresses) {
        this.denied = new AddressSet(addresses);
    }

    @Override
    public ProxyError apply(RequestHead head, InetAddress client) {
        return denied.contains(client) ? ProxyError.ADDRESS_DENIED : null;
    }
}
