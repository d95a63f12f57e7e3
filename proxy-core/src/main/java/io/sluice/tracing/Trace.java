package io.sluice.tracing;

import io.sluice.http.HeaderName;
import io.sluice.http.ProxyError;
import io.sluice.http.RequestHead;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * One exchange's part of a trace: whose child it is, its own span, and one for each attempt, whose id is what the backend is
 * told. <em>Loop-confined</em> until {@link #ended}; unchanged afterwards.
 *
 * <p>An exchange that is not recorded has ids all the same: they, and that nothing is recorded, are passed on.
 */
public final class Trace {
    private final long traceHigh;
    private final long traceLow;
    private final long callerId;
    private final long spanId;
    private final TracedRequest request;
    private long attemptId;
    private List<TracedAttempt> attempts = List.of();

    /**
     * Creates it.
     *
     * @param callerId the span that called us; 0 = nobody's that we believe
     * @param request  what its span tells; null = it is not recorded
     */
    Trace(long traceHigh, long traceLow, long callerId, long spanId, TracedRequest request) {
        this.traceHigh = traceHigh;
        this.traceLow = traceLow;
        this.callerId = callerId;
        this.spanId = spanId;
        this.request = request;
    }

    /** Whether spans are made of it. */
    public boolean recorded() {
        return request != null;
    }

    /** The trace's id as 32 lower-case hexadecimal digits. Allocates. */
    public String id() {
        return TraceParent.id(traceHigh) + TraceParent.id(traceLow);
    }

    /** The id of the exchange's span as 16 digits. Allocates. */
    public String spanId() {
        return TraceParent.id(spanId);
    }

    /** The id of the caller's span as 16 digits; null = the trace begins here. */
    public String callerId() {
        return callerId == 0 ? null : TraceParent.id(callerId);
    }

    /** What the request was; null unless {@link #recorded}. */
    public TracedRequest request() {
        return request;
    }

    /** The attempts, in order; none unless {@link #recorded}. */
    public List<TracedAttempt> attempts() {
        return Collections.unmodifiableList(attempts);
    }

    /** Begins an attempt; {@link #left} must follow. */
    public void attempting(String service, String endpoint, long nanos) {
        attemptId = Tracing.spanId();
        if (recorded()) {
            if (attempts.isEmpty()) {
                attempts = new ArrayList<>(1);
            }
            attempts.add(new TracedAttempt(attemptId, service, endpoint, nanos));
        }
    }

    /** Makes the attempt that has begun what the head names as its caller, in place of any other. */
    public void into(RequestHead head) {
        head.dropAll(HeaderName.TRACEPARENT);
        head.append(HeaderName.TRACEPARENT, new TraceParent(traceHigh, traceLow, attemptId, recorded()).text());
    }

    /** The attempt got a final response, or a 101. */
    public void answered(int status) {
        if (!attempts.isEmpty()) {
            attempts.getLast().answered(status);
        }
    }

    /**
     * The attempt is over; a second call changes nothing.
     *
     * @param why null = it is complete
     */
    public void left(ProxyError why, long nanos) {
        if (!attempts.isEmpty()) {
            attempts.getLast().left(why, nanos);
        }
    }
}
