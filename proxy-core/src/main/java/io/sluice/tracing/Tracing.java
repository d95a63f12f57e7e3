package io.sluice.tracing;

import io.sluice.config.TracingConfig;
import io.sluice.config.TracingConfig.Trust;
import io.sluice.http.HeaderName;
import io.sluice.http.Peer;
import io.sluice.http.RequestHead;
import java.net.InetAddress;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;

/**
 * Which trace a request belongs to, and whether it is recorded. <em>Immutable.</em>
 *
 * <p>The caller's {@code traceparent} is taken where {@link Trust} says so and it can be read: then its decision holds, and
 * {@code tracestate} passes unchanged. Else a trace begins here, {@code tracestate} is dropped (W3C Trace Context Level 1
 * §4.3), and its id decides: so every proxy with the same share comes to the same decision.
 */
public final class Tracing {
    private static final int MILLION = 1_000_000;

    private final Trust trust;
    private final boolean all;
    private final long below;

    private Tracing(TracingConfig config) {
        this.trust = config.trust();
        this.all = config.sampleMillionths() == MILLION;
        this.below = Long.MAX_VALUE / MILLION * config.sampleMillionths();
    }

    /** What a configuration asks for; null = nothing. */
    public static Tracing of(TracingConfig config) {
        return config.endpoint() == null ? null : new Tracing(config);
    }

    /**
     * Begins the part of one exchange, and edits what the head says of traces.
     *
     * @param client tells the client's address, as far as trusted proxies do; asked only where it is recorded
     */
    public Trace begin(RequestHead head, Peer peer, Function<RequestHead, InetAddress> client) {
        boolean believed = trust == Trust.ALL || trust == Trust.TRUSTED_PROXIES && peer.trusted();
        TraceParent parent = believed && head.error() == null ? TraceParent.of(head) : null;
        head.dropAll(HeaderName.TRACEPARENT);
        if (parent == null) {
            head.dropAll(HeaderName.TRACESTATE);
            long low = spanId();
            boolean recorded = all || (low & Long.MAX_VALUE) < below;
            return new Trace(spanId(), low, 0, spanId(), recorded ? request(head, peer, client) : null);
        }
        return new Trace(parent.traceHigh(), parent.traceLow(), parent.spanId(), spanId(),
                parent.sampled() ? request(head, peer, client) : null);
    }

    private static TracedRequest request(RequestHead head, Peer peer, Function<RequestHead, InetAddress> client) {
        return TracedRequest.of(head, peer, head.error() == null ? client.apply(head) : peer.remote().getAddress());
    }

    /** Eight bytes at random, not all of them 0. */
    static long spanId() {
        long id;
        do {
            id = ThreadLocalRandom.current().nextLong();
        } while (id == 0);
        return id;
    }
}
