package io.sluice.config;

/**
 * How a plain listener sends its clients to the same place over TLS. <em>Immutable.</em>
 *
 * @param status 301, 302, 307 or 308
 * @param port   where TLS is spoken, as clients see it
 */
public record HttpsRedirectConfig(int status, int port) {}
