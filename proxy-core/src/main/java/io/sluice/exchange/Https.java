package io.sluice.exchange;

import io.sluice.config.HttpsRedirectConfig;
import io.sluice.filter.Hsts;
import io.sluice.http.Ascii;
import io.sluice.http.HeaderLine;
import io.sluice.http.HeaderName;
import io.sluice.http.Peer;
import io.sluice.http.RequestHead;
import io.sluice.http.ResponseHead;
import io.sluice.route.Action;
import io.sluice.route.Deadlines;
import io.sluice.route.Route;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Who is led to TLS, and told to stay there. <em>Immutable.</em> */
final class Https {
    /** Where a certificate authority looks, and looks without TLS (RFC 8555 §8.3). */
    private static final byte[] CHALLENGES = ascii("/.well-known/acme-challenge/");
    private static final byte[] HTTPS = ascii("https");
    private static final int PORT = 443;

    private Https() {}

    /**
     * The route of all who are led away from a listener; null where none are.
     *
     * @param refused the built-in route whose place in the meters it shares
     */
    static Route away(HttpsRedirectConfig config, Route refused, Deadlines deadlines) {
        return config == null ? null : new Route(
                refused.index(), refused.name(), List.of(), List.of(), null, false, null,
                new Action.ToHttps(config.status(), config.port()),
                deadlines, Long.MAX_VALUE, refused.retry(), refused.zeroCopy(), null);
    }

    /** Whether it is for routes even at a listener that leads away: it came over TLS, or must not have to. */
    static boolean stays(RequestHead head, Peer peer) {
        return peer.secure() || challenge(head) || peer.trusted() && cameByTls(head);
    }

    /** Only in the plainest spelling: no path with dots in it is to get past the redirect. */
    private static boolean challenge(RequestHead head) {
        int start = head.pathStart();
        int end = start + CHALLENGES.length;
        return head.plainPath() && end <= head.pathEnd()
                && Arrays.equals(head.bytes(), start, end, CHALLENGES, 0, CHALLENGES.length);
    }

    private static boolean cameByTls(RequestHead head) {
        int said = head.find(HeaderName.X_FORWARDED_PROTO);
        return said >= 0 && Ascii.equalsLowerCase(head.bytes(), head.valueStart(said), head.valueEnd(said), HTTPS);
    }

    /** To the same host and target; to the address that was called where an old client names no host. */
    static Action.Answer answer(Action.ToHttps to, RequestHead head, Peer peer) {
        String called = peer.localText();
        String host = head.hostEnd() > head.hostStart() ? head.hostText() : called.substring(0, called.lastIndexOf(':'));
        String port = to.port() == PORT ? "" : ":" + to.port();
        // OPTIONS may ask for no path but *.
        String target = head.bytes()[head.pathStart()] == '/' ? head.text(head.pathStart(), head.queryEnd()) : "/";
        return new Action.Answer(
                to.status(), List.of(HeaderLine.of(HeaderName.LOCATION.text(), "https://" + host + port + target)), new byte[0]);
    }

    /** Adds to a final response what keeps its client with TLS. */
    static void stay(ResponseHead head, Exchange exchange) {
        Hsts hsts = exchange.snapshot.hsts(exchange.listener, exchange.route);
        if (hsts != null && exchange.client.peer().secure()) {
            hsts.apply(head);
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
