package io.sluice.tracing;

import io.sluice.http.ProxyError;

/**
 * One attempt of a recorded exchange. <em>Loop-confined</em> until its {@link Trace} has ended; unchanged afterwards. Times
 * are nanoseconds from the request's first byte.
 */
public final class TracedAttempt {
    private final long spanId;
    private final String service;
    private final String endpoint;
    private final long startNanos;
    private long endNanos = -1;
    private int status;
    private ProxyError error;

    TracedAttempt(long spanId, String service, String endpoint, long startNanos) {
        this.spanId = spanId;
        this.service = service;
        this.endpoint = endpoint;
        this.startNanos = startNanos;
    }

    void answered(int itsStatus) {
        status = itsStatus;
    }

    /** Only the first end counts. */
    void left(ProxyError why, long nanos) {
        if (endNanos < 0) {
            endNanos = nanos;
            error = why;
        }
    }

    /** The id of its span as 16 hexadecimal digits. */
    public String spanId() {
        return TraceParent.id(spanId);
    }

    /** The service's name. */
    public String service() {
        return service;
    }

    /** The endpoint's address as configured, with its port. */
    public String endpoint() {
        return endpoint;
    }

    /** When it began. */
    public long startNanos() {
        return startNanos;
    }

    /** When it was over; not before {@link #startNanos}. */
    public long endNanos() {
        return endNanos;
    }

    /** The status of the backend's response, 101 for a tunnel; 0 = none came. */
    public int status() {
        return status;
    }

    /** Null = it ended well. */
    public ProxyError error() {
        return error;
    }
}
