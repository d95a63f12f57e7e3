package io.sluice.filter;

import io.sluice.config.Cidr;
import io.sluice.http.Peer;
import io.sluice.http.ProxyError;
import io.sluice.http.RequestHead;
import java.net.InetAddress;
import java.util.List;

/**
 * The fields that tell a backend who asked: {@code X-Forwarded-For}, {@code -Proto}, {@code -Host}, {@code -Port},
 * {@code Forwarded} (RFC 7239) where a trusted proxy sent one, and {@code Via} (RFC 9110 §7.6.3). What untrusted peers
 * claim is dropped. <em>Immutable.</em>
 */
public final class Forwarding {
    private final List<Cidr> trusted;

    /** Creates it. */
    public Forwarding(List<Cidr> trustedProxies) {
        this.trusted = List.copyOf(trustedProxies);
    }

    /** Whether forwarding fields from this address are believed. */
    public boolean trusts(InetAddress address) {
        for (Cidr block : trusted) {
            if (block.contains(address)) {
                return true;
            }
        }
        return false;
    }

    /** The address the request came from: the socket's, or the last one in X-Forwarded-For that no trusted proxy owns. */
    public InetAddress client(RequestHead head, Peer peer) {
        throw new UnsupportedOperationException();
    }

    /**
     * Replaces or extends the forwarding fields. To be called once a request, after hop-by-hop fields were dropped.
     *
     * @return null, or {@link ProxyError#LOOP_DETECTED}
     */
    public ProxyError apply(RequestHead head, Peer peer) {
        throw new UnsupportedOperationException();
    }
}
