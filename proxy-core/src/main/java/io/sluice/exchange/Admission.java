package io.sluice.exchange;

import io.sluice.filter.RateLimit;
import io.sluice.filter.RequestFilter;
import io.sluice.filter.ResponseFilter;
import io.sluice.http.HeaderName;
import io.sluice.http.HopByHop;
import io.sluice.http.MaxForwards;
import io.sluice.http.Peer;
import io.sluice.http.ProxyError;
import io.sluice.http.RequestHead;
import io.sluice.http.ResponseHead;
import io.sluice.http.Upgrade;
import io.sluice.route.Action;
import io.sluice.route.Route;
import io.sluice.service.Endpoint;
import io.sluice.service.Session;
import java.net.InetAddress;

/**
 * What stands between a request and its route's action: limits, filters, and the fields that we drop and add; and what a
 * response goes through on its way back. <em>Immutable.</em>
 */
final class Admission {
    private Admission() {}

    /**
     * Makes a backend's head what the client may hear.
     *
     * @param session null where there is none
     */
    static void of(ResponseHead head, Route route, Session session, Endpoint endpoint) {
        HopByHop.strip(head);
        for (ResponseFilter filter : route.responseFilters()) {
            filter.apply(head);
        }
        if (session != null) {
            // Behind the filters: what they say is about the backend's fields.
            session.answered(endpoint, head);
        }
    }

    /**
     * Makes the head what is forwarded; null unless the request is refused.
     *
     * @param nowNanos what rate limits go by, as {@link System#nanoTime}
     */
    static ProxyError of(RequestHead head, Route route, Snapshot snapshot, Peer peer, long nowNanos) {
        // Few requests have the field.
        String offered = head.find(HeaderName.UPGRADE) >= 0 ? Upgrade.offered(head) : null;
        HopByHop.strip(head);
        if (head.contentLength() > route.requestBodyMax()) {
            return ProxyError.REQUEST_BODY_TOO_LARGE;
        }
        RateLimit limit = route.rateLimit();
        // Before filters could change what it goes by.
        long key = limit == null ? 0 : limit.key(head, snapshot.forwarding(), peer);
        if (!route.requestFilters().isEmpty()) {
            InetAddress from = snapshot.forwarding().client(head, peer);
            for (RequestFilter filter : route.requestFilters()) {
                ProxyError refused = filter.apply(head, from);
                if (refused != null) {
                    return refused;
                }
            }
        }
        // After them: who is denied takes nothing from the others.
        if (limit != null && !limit.take(key, nowNanos)) {
            return ProxyError.RATE_LIMITED;
        }
        if (!(route.action() instanceof Action.Forward)) {
            return null;
        }
        if (offered != null) {
            Upgrade.offer(head, offered);
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
