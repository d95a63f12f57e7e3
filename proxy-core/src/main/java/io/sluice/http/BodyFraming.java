package io.sluice.http;

/** How the end of a message's body is known: decided once from a valid head (RFC 9112 §6.3). <em>Immutable.</em> */
public enum BodyFraming {
    /** There is no body, whatever the fields say. */
    NONE,
    /** Content-Length octets, at least one. */
    LENGTH,
    /** The chunked transfer coding. */
    CHUNKED,
    /** Everything up to the end of the connection; responses only. */
    UNTIL_CLOSE
}
