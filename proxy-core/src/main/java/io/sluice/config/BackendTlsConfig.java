package io.sluice.config;

import java.security.PrivateKey;
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
        List<X509Certificate> authorities, boolean verify, Identity identity, String serverName) {

    /**
     * A certificate with its key. <em>Immutable.</em>
     *
     * @param chain at least one; the first is ours
     * @param key   that of the first
     */
    public record Identity(List<X509Certificate> chain, PrivateKey key) {
        @Override
        public String toString() {
            return chain.getFirst().getSubjectX500Principal().toString();
        }
    }
}
