package io.sluice.filter;

import io.sluice.config.Cidr;
import io.sluice.http.HeaderLine;
import io.sluice.http.HeaderName;
import io.sluice.http.Peer;
import io.sluice.http.ProxyError;
import io.sluice.http.RequestHead;
import java.net.InetAddress;
import java.util.List;

/**
 * The fields that tell a backend who asked: {@code X-Forwarded-For}, {@code -Proto}, {@code -Host}, {@code -Port},
 * {@code Forwarded} (RFC 7239) where a trusted proxy sent one, and {@code Via} (RFC 9110 §7.6.3). What untrusted peers
 * claim is dropped: these fields, {@code X-Real-IP} and any other {@code X-Forwarded-…}. Spellings with underscores are
 * dropped whoever sent them. <em>Immutable.</em>
 */
public final class Forwarding {
    /** So often a request may pass proxies of our name before it counts as going in circles. */
    private static final int PASSAGES_MAX = 10;

    private final AddressSet trusted;
    private final HeaderLine http = HeaderLine.of(HeaderName.X_FORWARDED_PROTO.text(), "http");
    private final HeaderLine https = HeaderLine.of(HeaderName.X_FORWARDED_PROTO.text(), "https");
    private final HeaderLine via10 = HeaderLine.of(HeaderName.VIA.text(), "1.0 " + Via.PSEUDONYM);
    private final HeaderLine via11 = HeaderLine.of(HeaderName.VIA.text(), "1.1 " + Via.PSEUDONYM);
    private final HeaderLine via20 = HeaderLine.of(HeaderName.VIA.text(), "2.0 " + Via.PSEUDONYM);

    /** Creates it. */
    public Forwarding(List<Cidr> trustedProxies) {
        this.trusted = new AddressSet(trustedProxies);
    }

    /** Whether forwarding fields from this address are believed. */
    public boolean trusts(InetAddress address) {
        return trusted.contains(address);
    }

    /**
     * The address the request came from: the socket's, or the last one in X-Forwarded-For that no trusted proxy owns.
     * What is no address ends the search at the one behind it. To be called before {@link #apply}.
     */
    public InetAddress client(RequestHead head, Peer peer) {
        InetAddress nearest = peer.remote().getAddress();
        if (!peer.trusted()) {
            return nearest;
        }
        byte[] bytes = head.bytes();
        for (int i = head.count() - 1; i >= 0; i--) {
            if (head.name(i) != HeaderName.X_FORWARDED_FOR || head.dropped(i)) {
                continue;
            }
            int end = head.valueEnd(i);
            while (end > head.valueStart(i)) {
                int start = elementStart(bytes, head.valueStart(i), end);
                int first = skipSpace(bytes, start, end);
                int last = skipSpaceBack(bytes, first, end);
                end = start - 1;
                // Empty elements of a list say nothing (RFC 9110 §5.6.1).
                if (first == last) {
                    continue;
                }
                InetAddress address = AddressLiteral.parse(bytes, first, last);
                if (address == null) {
                    return nearest;
                }
                nearest = address;
                if (!trusts(address)) {
                    return address;
                }
            }
        }
        return nearest;
    }

    private static int elementStart(byte[] bytes, int from, int end) {
        int start = end;
        while (start > from && bytes[start - 1] != ',') {
            start--;
        }
        return start;
    }

    private static int skipSpace(byte[] bytes, int from, int end) {
        int at = from;
        while (at < end && (bytes[at] == ' ' || bytes[at] == '\t')) {
            at++;
        }
        return at;
    }

    private static int skipSpaceBack(byte[] bytes, int start, int from) {
        int at = from;
        while (at > start && (bytes[at - 1] == ' ' || bytes[at - 1] == '\t')) {
            at--;
        }
        return at;
    }

    /**
     * Replaces or extends the forwarding fields. To be called once a request, after hop-by-hop fields were dropped.
     *
     * @return null, or {@link ProxyError#LOOP_DETECTED}
     */
    public ProxyError apply(RequestHead head, Peer peer) {
        if (Via.passages(head) >= PASSAGES_MAX) {
            return ProxyError.LOOP_DETECTED;
        }
        dropClaims(head, peer.trusted());
        int hostStart = head.hostStart();
        int hostEnd = hostEnd(head);
        String address = withoutZone(peer.addressText());
        extend(head, HeaderName.X_FORWARDED_FOR, address);
        if (head.find(HeaderName.X_FORWARDED_PROTO) < 0) {
            head.append(peer.secure() ? https : http);
        }
        if (head.find(HeaderName.X_FORWARDED_HOST) < 0 && hostEnd > hostStart) {
            head.append(HeaderName.X_FORWARDED_HOST, hostStart, hostEnd);
        }
        if (head.find(HeaderName.X_FORWARDED_PORT) < 0) {
            head.append(HeaderName.X_FORWARDED_PORT, new PortText(peer.local().getPort()));
        }
        if (peer.subject() != null) {
            head.append(peer.subject());
        }
        if (head.find(HeaderName.FORWARDED) >= 0) {
            extend(head, HeaderName.FORWARDED, ForwardedElement.of(address, peer, head, hostStart, hostEnd));
        }
        if (head.find(HeaderName.VIA) < 0) {
            head.append(head.http2() ? via20 : head.http10() ? via10 : via11);
        } else {
            String version = head.http2() ? "2.0 " : head.http10() ? "1.0 " : "1.1 ";
            extend(head, HeaderName.VIA, version + Via.PSEUDONYM);
        }
        return null;
    }

    private static void dropClaims(RequestHead head, boolean trusted) {
        for (int i = 0; i < head.count(); i++) {
            switch (head.name(i)) {
                case X_FORWARDED_FOR, X_FORWARDED_PROTO, X_FORWARDED_HOST, X_FORWARDED_PORT, FORWARDED, X_REAL_IP -> {
                    if (!trusted) {
                        head.drop(i);
                    }
                }
                case OTHER -> {
                    ForwardingNames.Kind kind = ForwardingNames.kind(head, i);
                    if (kind == ForwardingNames.Kind.OURS || kind == ForwardingNames.Kind.LOOK_ALIKE || kind == ForwardingNames.Kind.CLAIM && !trusted) {
                        head.drop(i);
                    }
                }
                default -> { }
            }
        }
    }

    /** The end of the host as received: behind its port, if it has one. The head's own index leaves the port out. */
    private static int hostEnd(RequestHead head) {
        int end = head.hostEnd();
        byte[] bytes = head.bytes();
        if (end > head.hostStart() && end < head.length() && bytes[end] == ':') {
            end++;
            while (end < head.length() && bytes[end] >= '0' && bytes[end] <= '9') {
                end++;
            }
        }
        return end;
    }

    /** Java writes the zone of a link-local address behind it; it means nothing on another machine (RFC 4007 §11.2). */
    private static String withoutZone(String address) {
        int zone = address.indexOf('%');
        return zone < 0 ? address : address.substring(0, zone);
    }

    /** Makes one field of all the kept ones of this name, with our element last. */
    private static void extend(RequestHead head, HeaderName name, String ours) {
        int received = head.find(name);
        if (received < 0) {
            head.append(name, ours);
            return;
        }
        StringBuilder joined = new StringBuilder(head.valueEnd(received) - head.valueStart(received) + ours.length() + 2);
        byte[] bytes = head.bytes();
        for (int i = received; i >= 0; i = head.next(name, i + 1)) {
            for (int at = head.valueStart(i); at < head.valueEnd(i); at++) {
                joined.append((char) (bytes[at] & 0xff));
            }
            if (head.valueEnd(i) > head.valueStart(i)) {
                joined.append(", ");
            }
            head.drop(i);
        }
        head.append(name, joined.append(ours));
    }
}
