package io.sluice.http;

/**
 * What the TLS handshake of a client's connection has settled. <em>Immutable.</em>
 *
 * @param version       such as {@code TLSv1.3}
 * @param cipher        the cipher suite's name
 * @param serverName    the name that the client asked for (SNI), in lower case; null = none
 * @param clientSubject the subject of the client's verified certificate (RFC 4514), printable ASCII; null = it showed none
 */
public record Encryption(String version, String cipher, String serverName, String clientSubject) {}
