package io.sluice.filter;

import io.sluice.config.Cidr;
import io.sluice.http.ProxyError;
import io.sluice.http.RequestHead;
import java.net.InetAddress;
import java.util.List;

/** Refuses requests from any address but these. <em>Immutable.</em> */
public final class AllowAddresses implements RequestFilter {
    private final AddressSet allowed;

    /** Creates it. */
    public AllowAddresses(List<Cidr> addresses) {
        this.allowed = new AddressSet(addresses);
    }

    @Override
    public ProxyError apply(RequestHead head, InetAddress client) {
        return allowed.contains(client) ? null : ProxyError.ADDRESS_DENIED;
    }
}
