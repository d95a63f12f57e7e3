package io.sluice.acme;

import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * A key and the certificates that vouch for it. <em>Immutable.</em>
 *
 * @param key   private
 * @param chain that of the key first, then whoever signed the one before; not empty
 */
public record Bundle(PrivateKey key, List<X509Certificate> chain) {
    private static final int DNS_NAME = 2;

    /** Copies the list. */
    public Bundle {
        if (chain.isEmpty()) {
            throw new IllegalArgumentException("there is no certificate");
        }
        chain = List.copyOf(chain);
    }

    /** The certificate of the key. */
    public X509Certificate leaf() {
        return chain.getFirst();
    }

    /** From when on it is valid. */
    public Instant begins() {
        return leaf().getNotBefore().toInstant();
    }

    /** Until when. */
    public Instant ends() {
        return leaf().getNotAfter().toInstant();
    }

    /** Whether it is for all these names, by themselves. */
    boolean covers(Names names) {
        try {
            Collection<List<?>> alternatives = leaf().getSubjectAlternativeNames();
            Set<String> found = new HashSet<>();
            for (List<?> each : alternatives == null ? List.<List<?>>of() : alternatives) {
                if (each.getFirst().equals(DNS_NAME)) {
                    found.add(each.get(1).toString().toLowerCase(Locale.ROOT));
                }
            }
            return found.containsAll(names.all());
        } catch (GeneralSecurityException _) {
            return false;
        }
    }

    /** Whether key and certificate belong together: what the one signs the other confirms. */
    boolean fits() {
        try {
            Signature signature = Signature.getInstance(
                    key.getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA");
            byte[] anything = leaf().getSerialNumber().toByteArray();
            signature.initSign(key);
            signature.update(anything);
            byte[] signed = signature.sign();
            signature.initVerify(leaf().getPublicKey());
            signature.update(anything);
            return signature.verify(signed);
        } catch (GeneralSecurityException _) {
            return false;
        }
    }

    /** Key and certificates as text (RFC 7468). */
    public String pem() {
        return keyPem() + chainPem();
    }

    /** The key alone. */
    public String keyPem() {
        return Pem.block(Pem.PRIVATE_KEY, key.getEncoded());
    }

    /** The certificates alone. */
    public String chainPem() {
        StringBuilder text = new StringBuilder();
        try {
            for (Certificate each : chain) {
                text.append(Pem.block(Pem.CERTIFICATE, each.getEncoded()));
            }
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("it was read before", e);
        }
        return text.toString();
    }

    /**
     * Reads what {@link #pem} wrote.
     *
     * @throws GeneralSecurityException if it is not that
     */
    static Bundle parse(String pem) throws GeneralSecurityException {
        List<X509Certificate> chain = new ArrayList<>();
        for (byte[] der : Pem.blocks(pem, Pem.CERTIFICATE)) {
            chain.add((X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der)));
        }
        if (chain.isEmpty()) {
            throw new GeneralSecurityException("there is no certificate");
        }
        return new Bundle(Pem.privateKey(pem), chain);
    }
}
