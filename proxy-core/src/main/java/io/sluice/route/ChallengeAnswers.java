package io.sluice.route;

import io.sluice.http.HeaderLine;
import io.sluice.http.HeaderName;
import io.sluice.http.Method;
import io.sluice.http.RequestHead;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * What an authority is answered that looks whether a name is ours, while a certificate is ordered (RFC 8555 §8.3). Looks at
 * no request while none is. <em>Thread-safe.</em>
 */
public final class ChallengeAnswers {
    private static final String PREFIX = "/.well-known/acme-challenge/";
    private static final String TYPE = "application/octet-stream";

    /** Null while nothing is shown; never changed in place. */
    private volatile Shown[] shown;

    /** One answer. <em>Immutable</em>, if nobody changes the path. */
    private record Shown(byte[] path, Action.Answer answer) {}

    /** Shows nothing. */
    public ChallengeAnswers() {}

    /**
     * Answers requests for a token.
     *
     * @param token only letters, digits, - and _
     * @param text  the whole answer
     * @return ends it; a second run does nothing
     */
    public synchronized Runnable show(String token, String text) {
        Shown fresh = new Shown(
                (PREFIX + token).getBytes(StandardCharsets.US_ASCII),
                new Action.Answer(200, List.of(HeaderLine.of(HeaderName.CONTENT_TYPE.text(), TYPE)),
                        text.getBytes(StandardCharsets.US_ASCII)));
        put(Stream.concat(present(), Stream.of(fresh)));
        return () -> hide(fresh);
    }

    private synchronized void hide(Shown old) {
        put(present().filter(each -> each != old));
    }

    private Stream<Shown> present() {
        return shown == null ? Stream.empty() : Arrays.stream(shown);
    }

    private void put(Stream<Shown> all) {
        Shown[] now = all.toArray(Shown[]::new);
        shown = now.length == 0 ? null : now;
    }

    /** The answer to a request; null if it is none of an authority's. Allocates nothing. */
    public Action.Answer match(RequestHead head) {
        Shown[] now = shown;
        if (now == null || head.method() != Method.GET && head.method() != Method.HEAD) {
            return null;
        }
        for (Shown each : now) {
            if (Arrays.equals(head.bytes(), head.pathStart(), head.pathEnd(), each.path(), 0, each.path().length)) {
                return each.answer();
            }
        }
        return null;
    }
}
