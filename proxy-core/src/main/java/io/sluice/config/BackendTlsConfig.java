package io.sluice.config;

import io.sluice.pem.Identity;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * TLS to the endpoints of a service. What its files hold is part of it, so a file that has changed is another configuration.
 * <em>Immutable.</em>
 *
 * @param authorities who may have signed an endpoint's certificate; empty = those that the Java runtime trusts
 * @param verify      false = anybody's certificate will do
 * @param identity    who we are, for endpoints that ask; null = nobody
 * @param serverName  whom certificates are to name, and what endpoints are told by SNI; null = the endpoint's own name
 */
public record BackendTlsConfig(
        List<X509Certificate> authorities, boolean verify, Identity identity, String serverName) {}
