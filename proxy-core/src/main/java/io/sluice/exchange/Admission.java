package io.sluice.exchange;

import io.sluice.filter.RequestFilter;
import io.sluice.http.HeaderName;
import io.sluice.http.HopByHop;
import io.sluice.http.MaxForwards;
import io.sluice.http.Peer;
import io.sluice.http.ProxyError;
import io.sluice.http.RequestHead;
import io.sluice.route.Action;
import io.sluice.route.Route;
import java.net.InetAddress;

/** What stands between a request and its route's action: limits, filters, and the fields that we drop and add. <em>Immutable.</em> */
final class Admission {
    private Admission() {}

    /** Makes the head what is forwarded; null unless the request is refused. */
    static ProxyError of(RequestHead head, Route route, Snapshot snapshot, Peer peer) {
        HopByHop.strip(head);
        if (head.contentLength() > route.requestBodyMax()) {
            return ProxyError.REQUEST_BODY_TOO_LARGE;
        }
        if (!route.requestFilters().isEmpty()) {
            InetAddress from = snapshot.forwarding().client(head, peer);
            for (RequestFilter filter : route.requestFilters()) {
                ProxyError refused = filter.apply(head, from);
                if (refused != null) {
                    return refused;
                }
            }
        }
        if (!(route.action() instanceof Action.Forward)) {
            return null;
        }
        int forwards = MaxForwards.of(head);
        if (forwards > 0) {
            MaxForwards.decrement(head, forwards);
        }
        if (head.find(HeaderName.HOST) < 0) {
            // Only HTTP/1.0 may leave it out, and we forward as HTTP/1.1: the host is the address that was called.
            head.append(HeaderName.HOST, peer.localText());
        }
        return snapshot.forwarding().apply(head, peer);
    }
}
