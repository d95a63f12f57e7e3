package io.sluice.config;

/**
 * One address clients connect to. <em>Immutable.</em>
 *
 * @param name      unique; {@code listener-N} (counted from 1) where none was given
 * @param address   where to bind; port 0 lets the system choose
 * @param socket    options of the listening and of the accepted sockets
 * @param halfClose what a client's end of stream means while its request is being answered
 * @param proxyProtocol whether connections begin with a header that names the client
 * @param http2     whether HTTP/2 is spoken besides HTTP/1.1; means nothing for raw TCP
 * @param protocol  what is spoken there
 * @param tls       how it is encrypted; null = it is not
 * @param service   where a raw TCP listener's connections go; null for HTTP, where routes say so
 * @param redirectToHttps how clients are sent to TLS; null = routes answer
 * @param hsts      what responses over TLS say; null = what backends say
 */
public record ListenerConfig(
        String name,
        HostPort address,
        SocketConfig socket,
        HalfClose halfClose,
        ProxyProtocol proxyProtocol,
        boolean http2,
        Protocol protocol,
        TlsConfig tls,
        String service,
        HttpsRedirectConfig redirectToHttps,
        HstsConfig hsts) {

    /** What clients speak. */
    public enum Protocol {
        /** HTTP/1.1 and 1.0; routes say what becomes of each request. The default. */
        HTTP,
        /** Whatever they like: each connection becomes a tunnel to an endpoint. */
        TCP
    }

    /** Whether a connection begins with a PROXY protocol header. */
    public enum ProxyProtocol {
        /** It does not; one would be refused as a request. The default. */
        OFF,
        /** Its first bytes decide. */
        OPTIONAL,
        /** It does, or is closed. */
        REQUIRED
    }

    /** What a FIN from a client that has sent a whole request means (RFC 9112 §9.6 leaves it to us). */
    public enum HalfClose {
        /** The client has left: the backend exchange ends at once. The default. */
        ABORT,
        /** The client only finished sending: it still gets its answer, and the connection closes after it. */
        ANSWER
    }
}
