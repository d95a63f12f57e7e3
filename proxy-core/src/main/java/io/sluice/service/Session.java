package io.sluice.service;

import io.sluice.http.Ascii;
import io.sluice.http.HeaderLine;
import io.sluice.http.HeaderName;
import io.sluice.http.ProxyError;
import io.sluice.http.RequestHead;
import io.sluice.http.ResponseHead;
import java.nio.charset.StandardCharsets;

/**
 * One request's part in keeping its client at an endpoint: where its cookie says that it is to go, and what its client is told
 * when it went elsewhere. <em>Loop-confined.</em> There is none where a service has no {@link StickyCookie}.
 */
public final class Session {
    private static final byte[] HTTPS = "https".getBytes(StandardCharsets.US_ASCII);

    private final StickyCookie cookie;
    private final int found;
    private final boolean encrypted;
    private boolean failed;

    /**
     * Reads what a request says.
     *
     * @param head as it is forwarded
     */
    Session(StickyCookie cookie, RequestHead head) {
        this.cookie = cookie;
        this.found = cookie.find(head);
        int scheme = head.find(HeaderName.X_FORWARDED_PROTO);
        this.encrypted = scheme >= 0
                && Ascii.equalsLowerCase(head.bytes(), head.valueStart(scheme), head.valueEnd(scheme), HTTPS);
    }

    /** The endpoint that its client is to have, if that is fit; null = any. */
    public Endpoint wanted() {
        return found < 0 || failed ? null : cookie.endpoint(found);
    }

    /** An attempt failed; unless that says nothing of the endpoint, the next one is made elsewhere. */
    public void failed(ProxyError why) {
        failed |= why != ProxyError.REUSED_CONNECTION_CLOSED;
    }

    /** An endpoint has answered: if the client doesn't know that it is there, or knows by an old secret, it is told. */
    public void answered(Endpoint endpoint, ResponseHead response) {
        boolean kept = found >= 0 && cookie.endpoint(found) == endpoint;
        HeaderLine line = kept && cookie.fresh(found) ? null : cookie.line(endpoint, encrypted);
        if (line != null) {
            response.append(line);
        }
        if (kept) {
            cookie.meters().kept();
        } else if (found >= 0) {
            cookie.meters().moved();
        } else if (found == StickyCookie.BAD) {
            cookie.meters().refused();
        } else {
            cookie.meters().begun();
        }
    }
}
