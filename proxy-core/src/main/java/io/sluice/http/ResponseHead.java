package io.sluice.http;

/**
 * The head of a response. <em>Loop-confined.</em> Filled by {@link HeadParser#parseResponse}, or built here for an answer
 * of our own by {@link #start} and {@link #append}.
 */
public final class ResponseHead extends Head {
    int status;
    int reasonStart;
    int reasonEnd;

    /** Makes an empty head. */
    public ResponseHead() {}

    @Override
    public void clear() {
        super.clear();
        status = 0;
        reasonStart = 0;
        reasonEnd = 0;
    }

    /**
     * Begins an answer of our own; fields are appended next.
     *
     * @param status        200 to 599
     * @param contentLength of the body, at least 0
     * @param method        the request's: the answer to HEAD has no body, whatever its length
     */
    public void start(int status, long contentLength, Method method) {
        clear();
        this.status = status;
        // RFC 9110 §8.6: a 204 must not have the field, and a 304 only the length that a 200 would have had.
        this.contentLength = status == 204 || status == 304 ? -1 : contentLength;
        this.framing = contentLength == 0 || method == Method.HEAD ? BodyFraming.NONE : BodyFraming.LENGTH;
        this.keepAlive = true;
    }

    /**
     * The body becomes another one here, whose length only its end will tell: it is framed by chunks from now on, or until the
     * close where it was; and no length is told where there is none (HEAD).
     */
    public void unsized() {
        contentLength = -1;
        if (framing == BodyFraming.LENGTH) {
            framing = BodyFraming.CHUNKED;
        }
    }

    /** As {@link #unsized}, and where there was no body there will be one. Not for an answer to HEAD. */
    public void bodied() {
        unsized();
        if (framing == BodyFraming.NONE) {
            framing = BodyFraming.CHUNKED;
        }
    }

    /** The status, 100 to 599. */
    public int status() {
        return status;
    }

    /** Offset of the reason phrase's first byte. */
    public int reasonStart() {
        return reasonStart;
    }

    /** Offset behind the reason phrase; equal to the start where there is none. */
    public int reasonEnd() {
        return reasonEnd;
    }

    /** Whether it is a 1xx: another head follows for the same request (RFC 9110 §15.2). */
    public boolean interim() {
        return status < 200;
    }
}
