package io.sluice.http;

import java.util.Locale;

/**
 * Every way an exchange can fail: whose side, the status answered, whether the attempt may be made again, and the one
 * word that is metric label and access-log field. Adding a failure is adding one line. <em>Immutable.</em>
 */
public enum ProxyError {
    // What a client sent and we refuse (RFC 9112 §2–§7, RFC 9110 §5–§7).
    MALFORMED_REQUEST_LINE(Side.CLIENT, 400),
    MALFORMED_FIELD(Side.CLIENT, 400),
    INVALID_TARGET(Side.CLIENT, 400),
    AMBIGUOUS_PATH(Side.CLIENT, 400),
    INVALID_HOST(Side.CLIENT, 400),
    CONFLICTING_FRAMING(Side.CLIENT, 400),
    INVALID_CONTENT_LENGTH(Side.CLIENT, 400),
    INVALID_TRANSFER_ENCODING(Side.CLIENT, 400),
    MALFORMED_CHUNK(Side.CLIENT, 400),
    /** Of a gRPC-Web call in text form. */
    MALFORMED_BASE64(Side.CLIENT, 400),
    UPGRADE_WITH_BODY(Side.CLIENT, 400),
    UNSUPPORTED_TRANSFER_ENCODING(Side.CLIENT, 501),
    METHOD_TOO_LONG(Side.CLIENT, 501),
    METHOD_NOT_ALLOWED(Side.CLIENT, 405),
    UNSUPPORTED_VERSION(Side.CLIENT, 505),
    TARGET_TOO_LONG(Side.CLIENT, 414),
    REQUEST_HEAD_TOO_LARGE(Side.CLIENT, 431),
    TOO_MANY_FIELDS(Side.CLIENT, 431),
    EXPECTATION_FAILED(Side.CLIENT, 417),
    REQUEST_BODY_TOO_LARGE(Side.CLIENT, 413),
    /** An extended CONNECT (RFC 8441) for another protocol than WebSocket, or to what can't become a tunnel. */
    CONNECT_UNSUPPORTED(Side.CLIENT, 501),
    /** A request that is malformed by RFC 9113 §8: its stream is reset. */
    HTTP2_MALFORMED(Side.CLIENT, 400),

    // What a client did or failed to do in time.
    REQUEST_HEAD_TIMEOUT(Side.CLIENT, 408),
    REQUEST_BODY_TIMEOUT(Side.CLIENT, 408),
    CLIENT_GONE(Side.CLIENT, 499),
    CLIENT_TOO_SLOW(Side.CLIENT, 499),

    /** More streams at once than a client of HTTP/2 was told: it is refused, and may be asked for again. */
    HTTP2_TOO_MANY_STREAMS(Side.CLIENT, 499),
    // What a client of HTTP/2 did to its connection, which is closed therefore.
    HTTP2_PROTOCOL_ERROR(Side.CLIENT, 499),
    /** Streams reset by the client, as fast as it opens them. */
    HTTP2_RAPID_RESET(Side.CLIENT, 499),
    /** Streams that the client gets reset by breaking rules. */
    HTTP2_PROVOKED_RESETS(Side.CLIENT, 499),
    /** A field block of too many frames, or too long. */
    HTTP2_CONTINUATION_FLOOD(Side.CLIENT, 499),
    /** Frames that say nothing, or want answers, in a number that no use of a connection needs. */
    HTTP2_FRAME_FLOOD(Side.CLIENT, 499),
    /** Answers to frames pile up, as the client doesn't read them. */
    HTTP2_UNREAD_FRAMES(Side.CLIENT, 499),

    // What stood, or did not stand, in front of the first request, or that it is one connection too many: it is closed
    // without an answer.
    TOO_MANY_CONNECTIONS(Side.CLIENT, 499),
    PROXY_HEADER_MISSING(Side.CLIENT, 499),
    PROXY_HEADER_MALFORMED(Side.CLIENT, 499),
    PROXY_HEADER_UNTRUSTED(Side.CLIENT, 499),
    PROXY_HEADER_TIMEOUT(Side.CLIENT, 499),
    /** A request without TLS where TLS is spoken: the only one of these that is answered. */
    PLAIN_HTTP_ON_TLS(Side.CLIENT, 400),
    NO_TLS(Side.CLIENT, 499),
    TLS_HANDSHAKE_FAILED(Side.CLIENT, 499),
    TLS_HANDSHAKE_TIMEOUT(Side.CLIENT, 499),
    /** It showed none where one is required, or one that is not good. */
    CLIENT_CERTIFICATE_REFUSED(Side.CLIENT, 499),
    TOO_MANY_HANDSHAKES(Side.CLIENT, 499),

    // What this proxy decided.
    NO_ROUTE(Side.PROXY, 404),
    ADDRESS_DENIED(Side.PROXY, 403),
    RATE_LIMITED(Side.PROXY, 429),
    LOOP_DETECTED(Side.PROXY, 508),
    OVERLOADED(Side.PROXY, 503),
    /** All places at the service are taken, and so are those in its queue; or the wait was too long. */
    QUEUE_FULL(Side.PROXY, 503),
    QUEUE_TIMEOUT(Side.PROXY, 503),
    /** Too much failed at the service: it is left alone for a while. */
    CIRCUIT_OPEN(Side.PROXY, 503),
    SHUTTING_DOWN(Side.PROXY, 503),
    REQUEST_TIMEOUT(Side.PROXY, 504),
    INTERNAL(Side.PROXY, 500),
    /** A tunnel over which nothing went for too long. */
    TUNNEL_IDLE(Side.PROXY, 504),
    /** More or fewer bytes of a body came out of a pipe than went into it. */
    SPLICE_MISMATCH(Side.PROXY, 500),
    /** A file is there, but reading it failed. */
    FILE_UNREADABLE(Side.PROXY, 500),
    /** A file ended before what had been announced of it. */
    FILE_TRUNCATED(Side.PROXY, 500),

    // What a backend did or failed to do.
    NO_ENDPOINT(Side.BACKEND, 503),
    POOL_EXHAUSTED(Side.BACKEND, 503),
    /** None of the names of a service's endpoints was ever resolved, so there is no address to ask. */
    NAME_NOT_RESOLVED(Side.BACKEND, 503),
    CONNECT_FAILED(Side.BACKEND, 502, Retry.ANYWHERE),
    CONNECT_TIMEOUT(Side.BACKEND, 504, Retry.ANYWHERE),
    /** TLS was wanted, and the endpoint could not, or would not; or nobody there speaks it. */
    BACKEND_TLS_HANDSHAKE(Side.BACKEND, 502, Retry.ANYWHERE),
    /** The endpoint's certificate is signed by nobody we trust, out of force, or names somebody else. */
    BACKEND_TLS_UNTRUSTED(Side.BACKEND, 502, Retry.ANYWHERE),
    /** TLS broke after its handshake: an alert (in TLS 1.3 a client certificate is refused only then), or a forged record. */
    BACKEND_TLS_BROKEN(Side.BACKEND, 502, Retry.ELSEWHERE_IF_IDEMPOTENT),
    /** A connection that had answered before closed or was reset before any byte of this answer. */
    REUSED_CONNECTION_CLOSED(Side.BACKEND, 502, Retry.IF_IDEMPOTENT),
    BACKEND_CLOSED(Side.BACKEND, 502, Retry.ELSEWHERE_IF_IDEMPOTENT),
    BACKEND_RESET(Side.BACKEND, 502, Retry.ELSEWHERE_IF_IDEMPOTENT),
    /** The backend did nothing with the request: it refused the stream, or left before it (RFC 9113 §8.7). */
    STREAM_REFUSED(Side.BACKEND, 503, Retry.UNPROCESSED),
    /** The backend reset the stream before it answered, and no more is known. */
    STREAM_RESET(Side.BACKEND, 502, Retry.ELSEWHERE_IF_IDEMPOTENT),
    /** The connection with the stream was given up: it no longer answered whether it is alive. */
    BACKEND_UNRESPONSIVE(Side.BACKEND, 504, Retry.ELSEWHERE_IF_IDEMPOTENT),
    /** Who accepted the connection does not speak HTTP/2, though it is to. */
    NOT_HTTP2(Side.BACKEND, 502, Retry.ANYWHERE),
    /** An answer that is made again, as its route says. Nobody is told so: the last one is passed on. */
    BACKEND_STATUS(Side.BACKEND, 502),
    RESPONSE_HEAD_TIMEOUT(Side.BACKEND, 504),
    /** An attempt that had no answer in the time for one of several; nobody is told so, as it is made again. */
    ATTEMPT_TIMEOUT(Side.BACKEND, 504),
    RESPONSE_BODY_TIMEOUT(Side.BACKEND, 504),
    RESPONSE_TRUNCATED(Side.BACKEND, 502),
    MALFORMED_RESPONSE(Side.BACKEND, 502),
    INVALID_RESPONSE_FRAMING(Side.BACKEND, 502),
    RESPONSE_HEAD_TOO_LARGE(Side.BACKEND, 502),
    TOO_MANY_INTERIM_RESPONSES(Side.BACKEND, 502),
    UNREQUESTED_UPGRADE(Side.BACKEND, 502),
    /** It answered an extended CONNECT by a success that is no upgrade: its client would speak to it as if it were one. */
    UPGRADE_IGNORED(Side.BACKEND, 502);

    /** Whose doing a failure is. */
    public enum Side {
        /** The client broke a rule, was too slow or left. */
        CLIENT,
        /** This proxy decided so. */
        PROXY,
        /** The backend broke a rule, was too slow, or could not be reached. */
        BACKEND
    }

    /** Whether the attempt that failed so may be made again, while no byte of a response was passed on (RFC 9110 §9.2.2). */
    public enum Retry {
        /** Not at all. */
        NEVER,
        /** On another connection to any endpoint, if the method is idempotent or nothing of the request was sent. */
        IF_IDEMPOTENT,
        /** As that, but only where there is another endpoint: a new connection that dies tells of its endpoint. */
        ELSEWHERE_IF_IDEMPOTENT,
        /** On another endpoint, whatever the method: nothing was sent. */
        ANYWHERE,
        /** On any endpoint, the same one included, whatever the method: nothing was done with it. */
        UNPROCESSED
    }

    private final Side side;
    private final int status;
    private final Retry retry;
    private final String word;

    ProxyError(Side side, int status) {
        this(side, status, Retry.NEVER);
    }

    ProxyError(Side side, int status, Retry retry) {
        this.side = side;
        this.status = status;
        this.retry = retry;
        this.word = name().toLowerCase(Locale.ROOT);
    }

    /** Whose doing it is. */
    public Side side() {
        return side;
    }

    /** The status answered if the client can still be answered, 400 to 599; 499 where nobody is left to read it. */
    public int status() {
        return status;
    }

    /** Whether the attempt may be made again. */
    public Retry retry() {
        return retry;
    }

    /** The word in metrics and the access log. */
    public String word() {
        return word;
    }
}
