package io.sluice.telemetry;

import io.sluice.http.Encryption;
import io.sluice.http.Method;
import io.sluice.http.ProxyError;
import io.sluice.http.RequestHead;
import io.sluice.tracing.Trace;

/**
 * What one exchange learnt, written by it alone, and read by observers once it ended. <em>Loop-confined</em> until {@link
 * #ended}; unchanged afterwards, so that it may be handed to another thread by a safe publication.
 *
 * <p>Times are {@link System#nanoTime} values; a duration never begun is 0.
 */
public final class ExchangeRecord {
    /** What was spoken. */
    public enum Protocol {
        HTTP_10("HTTP/1.0"),
        HTTP_11("HTTP/1.1"),
        HTTP_2("HTTP/2.0"),
        TCP("tcp");

        private final String text;

        Protocol(String text) {
            this.text = text;
        }

        /** As logs and metrics call it. */
        public String text() {
            return text;
        }
    }

    /** How a response body crossed. */
    public enum Relay {
        /** There was none, or we made it. */
        NONE("none"),
        /** Through our buffers. */
        COPIED("copied"),
        /** Inside the kernel. */
        SPLICED("spliced"),
        /** From a file, inside the kernel. */
        SENDFILE("sendfile");

        private final String text;

        Relay(String text) {
            this.text = text;
        }

        /** As the access log calls it. */
        public String text() {
            return text;
        }
    }

    private final String listener;
    private final String client;
    private final long startedNanos;
    private final long startedMillis;
    private Method method = Method.OTHER;
    private String methodText = "";
    private String host = "";
    private String target = "";
    private Protocol protocol = Protocol.HTTP_11;
    private Encryption encryption;
    private String route = "-";
    private String service = "-";
    private String endpoint = "-";
    private int attempts;
    private boolean reused;
    private int status;
    private long bytesIn;
    private long bytesOut;
    private long bytesToBackend;
    private long bytesFromBackend;
    private long queueNanos;
    private long connectNanos;
    private long firstByteNanos;
    private long blockedOnClientNanos;
    private long blockedOnBackendNanos;
    private long acceptedNanos = Timeline.NEVER;
    private long headNanos = Timeline.NEVER;
    private long attemptNanos = Timeline.NEVER;
    private long connectedNanos = Timeline.NEVER;
    private long sentNanos = Timeline.NEVER;
    private long headSentNanos = Timeline.NEVER;
    private Stall stalledOnClient = Stall.NONE;
    private Stall stalledOnBackend = Stall.NONE;
    private long splicedBytes;
    private long splicedIn;
    private Relay relay = Relay.NONE;
    private String relayReason = "";
    private ProxyError error;
    private long totalNanos;
    private boolean tunnel;
    private Trace trace;

    /**
     * Begins a record.
     *
     * @param listener      the listener's name
     * @param client        the client's address as text
     * @param startedNanos  when the request's first byte was read
     * @param startedMillis the same by the wall clock; 0 where no observer asks for it
     */
    public ExchangeRecord(String listener, String client, long startedNanos, long startedMillis) {
        this.listener = listener;
        this.client = client;
        this.startedNanos = startedNanos;
        this.startedMillis = startedMillis;
    }

    /**
     * Notes the request.
     *
     * @param withText whether an observer wants method, host and target as text; else nothing is allocated
     */
    public void request(RequestHead head, boolean withText) {
        request(head.method(), head.http10());
        if (head.http2()) {
            protocol = Protocol.HTTP_2;
        }
        if (withText) {
            text(head.methodText(), head.hostText(), head.text(head.pathStart(), head.queryEnd()));
        }
    }

    /** Notes its part of a trace; from here on every attempt gets a span, and its backend is told. */
    public void trace(Trace begun) {
        trace = begun;
    }

    /** The head that an attempt sends: the same, which names the attempt as its caller where there is a trace. */
    public RequestHead traced(RequestHead head) {
        if (trace != null) {
            trace.into(head);
        }
        return head;
    }

    /** Notes what metrics ask about the request. */
    void request(Method itsMethod, boolean isHttp10) {
        method = itsMethod;
        protocol = isHttp10 ? Protocol.HTTP_10 : Protocol.HTTP_11;
    }

    /** Notes what the TLS handshake of the client's connection settled; null = it is not encrypted. */
    public void encrypted(Encryption how) {
        encryption = how;
    }

    /** Notes that it is a raw connection, without a request. */
    public void tcp() {
        protocol = Protocol.TCP;
    }

    /** Notes what the access log asks about the request. */
    void text(String itsMethod, String itsHost, String itsTarget) {
        methodText = itsMethod;
        host = itsHost;
        target = itsTarget;
    }

    /**
     * Notes that the request's head is complete.
     *
     * @param connectedSinceNanos when its client's connection was accepted; both as {@link System#nanoTime}
     */
    public void headRead(long connectedSinceNanos, long nowNanos) {
        acceptedNanos = connectedSinceNanos;
        headNanos = nowNanos - startedNanos;
    }

    /** Notes that an attempt begins; what was noted of the one before it is forgotten. */
    public void attempting(long nowNanos) {
        attemptNanos = nowNanos - startedNanos;
        connectedNanos = Timeline.NEVER;
        sentNanos = Timeline.NEVER;
        if (trace != null) {
            trace.attempting(service, endpoint, attemptNanos);
        }
    }

    /** Notes that the attempt is over; null = it is complete. */
    public void left(ProxyError why, long nowNanos) {
        if (trace != null) {
            trace.left(why, nowNanos - startedNanos);
        }
    }

    /** Notes that the attempt may use its connection. */
    public void leased(long nowNanos) {
        connectedNanos = nowNanos - startedNanos;
    }

    /** Notes that the whole request was handed to the backend's connection. */
    public void sent(long nowNanos) {
        sentNanos = nowNanos - startedNanos;
    }

    /** Notes that the final head was handed to the client's connection. */
    public void headSent(long nowNanos) {
        headSentNanos = nowNanos - startedNanos;
    }

    /** Notes how each side kept us waiting with bytes in hand, in one more attempt. */
    public void stalled(Stall onClient, Stall onBackend) {
        stalledOnClient = stalledOnClient.and(onClient);
        stalledOnBackend = stalledOnBackend.and(onBackend);
    }

    /** Notes the route taken. */
    public void route(String name) {
        route = name;
    }

    /** Notes an attempt at an endpoint. */
    public void attempt(String serviceName, String endpointText) {
        service = serviceName;
        endpoint = endpointText;
        attempts++;
    }

    /** Notes how long the attempt waited for a place in the pool. */
    public void queued(long nanos) {
        queueNanos = nanos;
    }

    /**
     * Notes that the attempt has a connection.
     *
     * @param nanos how long it took to open it; 0 for a reused one
     */
    public void connected(boolean wasReused, long nanos) {
        reused = wasReused;
        connectNanos = nanos;
    }

    /** Notes the head of a backend's final response. */
    public void response(int responseStatus, long sinceStartNanos) {
        status = responseStatus;
        firstByteNanos = sinceStartNanos;
        if (trace != null) {
            trace.answered(responseStatus);
        }
    }

    /** Notes that the client got an answer of ours instead: no backend's time is counted, and no body is relayed. */
    public void answered(int answerStatus) {
        status = answerStatus;
        firstByteNanos = 0;
        relay = Relay.NONE;
        relayReason = "";
    }

    /** Notes how the response body crosses, and the one reason why it is not spliced. */
    public void relay(Relay kind, String reason) {
        relay = kind;
        relayReason = reason;
    }

    /** Notes that it became a tunnel. */
    public void tunnel() {
        tunnel = true;
    }

    /** Notes body bytes: those read from the client into our memory, and those handed to the client's connection. */
    public void bytes(long fromClient, long toClient) {
        bytesIn = fromClient;
        bytesOut = toClient;
    }

    /** Notes body bytes of one more attempt on the other side: those handed to its backend, and those read from it. */
    public void backendBytes(long toBackend, long fromBackend) {
        bytesToBackend += toBackend;
        bytesFromBackend += fromBackend;
    }

    /** Notes body bytes that crossed inside the kernel: from the client, which {@link #bytes} does not tell of, and to it. */
    public void spliced(long fromClient, long toClient) {
        splicedIn = fromClient;
        splicedBytes = fromClient + toClient;
    }

    /** Notes how long each side kept us waiting with bytes in hand, in one more attempt. */
    public void blocked(long onClientNanos, long onBackendNanos) {
        blockedOnClientNanos += onClientNanos;
        blockedOnBackendNanos += onBackendNanos;
    }

    /**
     * Ends the record; no other method that writes is called afterwards.
     *
     * @param why null = ended well
     */
    public void ended(ProxyError why, long nowNanos) {
        error = why;
        totalNanos = nowNanos - startedNanos;
        left(why, nowNanos);
    }

    public String listener() { return listener; }
    public String client() { return client; }
    public long startedNanos() { return startedNanos; }
    public long startedMillis() { return startedMillis; }
    public Method method() { return method; }
    public String methodText() { return methodText; }
    public String host() { return host; }
    public String target() { return target; }
    public Protocol protocol() { return protocol; }
    /** What the TLS handshake of the client's connection settled; null = it is not encrypted. */
    public Encryption encryption() { return encryption; }
    public String route() { return route; }
    public String service() { return service; }
    public String endpoint() { return endpoint; }
    public int attempts() { return attempts; }
    public boolean reused() { return reused; }
    /** The status sent to the client; 0 if none was. */
    public int status() { return status; }
    public long bytesIn() { return bytesIn + splicedIn; }
    public long bytesOut() { return bytesOut; }
    public long bytesToBackend() { return bytesToBackend; }
    public long bytesFromBackend() { return bytesFromBackend; }
    /** Those of all bytes, in both directions, that crossed inside the kernel by splice. */
    public long splicedBytes() { return splicedBytes; }
    public long queueNanos() { return queueNanos; }
    public long connectNanos() { return connectNanos; }
    public long firstByteNanos() { return firstByteNanos; }
    public long blockedOnClientNanos() { return blockedOnClientNanos; }
    public long blockedOnBackendNanos() { return blockedOnBackendNanos; }
    /** When its client's connection was accepted, as {@link System#nanoTime}; {@link Timeline#NEVER} = not noted. */
    public long acceptedNanos() { return acceptedNanos; }
    /** From the first byte to the whole head; {@link Timeline#NEVER} = not noted, as all that follow. */
    public long headNanos() { return headNanos; }
    /** From the first byte to the last attempt's beginning. */
    public long attemptNanos() { return attemptNanos; }
    /** From the first byte to the last attempt's connection. */
    public long connectedNanos() { return connectedNanos; }
    /** From the first byte to the end of the request as the last attempt sent it. */
    public long sentNanos() { return sentNanos; }
    /** From the first byte to the final head on its way to the client. */
    public long headSentNanos() { return headSentNanos; }
    public Stall stalledOnClient() { return stalledOnClient; }
    public Stall stalledOnBackend() { return stalledOnBackend; }
    public Relay relay() { return relay; }
    public String relayReason() { return relayReason; }
    /** Its part of a trace; null = nothing is traced. */
    public Trace trace() { return trace; }
    /** Null = ended well. */
    public ProxyError error() { return error; }
    public long totalNanos() { return totalNanos; }
    /** How long the client waited for all of it: of a tunnel, until it was open. */
    public long waitedNanos() { return tunnel ? firstByteNanos : totalNanos; }
}
