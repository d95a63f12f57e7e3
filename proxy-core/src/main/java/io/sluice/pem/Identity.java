package io.sluice.pem;

import io.sluice.pem.PemException.File;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Who a TLS server or client is: a certificate, those that lead to an authority, and the private key. <em>Immutable.</em>
 *
 * @param chain the own certificate first
 * @param key   that of the first certificate
 */
public record Identity(List<X509Certificate> chain, PrivateKey key) {
    private static final String CHAIN = "a certificate in PEM form, and behind it those that lead to its authority";
    private static final int DNS_NAME = 2;
    private static final Pattern COMMON_NAME = Pattern.compile("(?:^|,)CN=([^,+\\\\\"]+)");

    /** What a client must be able to verify. */
    public enum KeyType {
        /** ECDSA on a NIST curve. */
        EC,
        /** RSA. */
        RSA,
        /** EdDSA. */
        ED25519
    }

    /**
     * Reads the two files, which may be one.
     *
     * @throws PemException if they can't be read, or don't belong together; an expired certificate is none of that
     */
    public static Identity read(Path certificates, Path key) throws PemException {
        List<X509Certificate> chain = Authorities.certificates(certificates, CHAIN);
        PrivateKey secret = PrivateKeys.read(key);
        if (!belongs(secret, chain.getFirst().getPublicKey())) {
            boolean later = chain.stream().skip(1).anyMatch(it -> belongs(secret, it.getPublicKey()));
            throw new PemException(later ? File.CERTIFICATES : File.KEY,
                    later ? PemFile.quoted(certificates) + ", whose first certificate is not the key's, but a later one is"
                            : PemFile.quoted(key) + ", which is not the key of the certificate in " + PemFile.quoted(certificates),
                    later ? "the key's certificate first" : "the key that the certificate was made for");
        }
        return new Identity(chain, secret);
    }

    /** Whether the key is that of the first certificate; of what was read it is. */
    public boolean whole() {
        return belongs(key, chain.getFirst().getPublicKey());
    }

    private static boolean belongs(PrivateKey secret, PublicKey open) {
        String algorithm = switch (secret.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> "Ed25519";
        };
        byte[] text = {1, 2, 3, 4};
        try {
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(secret);
            signature.update(text);
            byte[] signed = signature.sign();
            signature.initVerify(open);
            signature.update(text);
            return signature.verify(signed);
        } catch (GeneralSecurityException _) {
            // A key of another kind.
            return false;
        }
    }

    /** What a client must be able to verify. */
    public KeyType keyType() {
        PublicKey open = chain.getFirst().getPublicKey();
        return open instanceof ECPublicKey ? KeyType.EC : open.getAlgorithm().equals("RSA") ? KeyType.RSA : KeyType.ED25519;
    }

    /** The DNS names it is for, in lower case; {@code *.} at the beginning stands for one label. */
    public List<String> names() {
        List<String> names = new ArrayList<>();
        try {
            Collection<List<?>> alternatives = chain.getFirst().getSubjectAlternativeNames();
            if (alternatives != null) {
                for (List<?> each : alternatives) {
                    if (each.get(0) instanceof Integer kind && kind == DNS_NAME) {
                        names.add(each.get(1).toString().toLowerCase(Locale.ROOT));
                    }
                }
            }
        } catch (CertificateParsingException _) {
            // Without names it can still be the default.
        }
        if (names.isEmpty()) {
            Matcher common = COMMON_NAME.matcher(chain.getFirst().getSubjectX500Principal().getName());
            if (common.find()) {
                names.add(common.group(1).toLowerCase(Locale.ROOT));
            }
        }
        return List.copyOf(names);
    }

    /** The first of the names, or the subject where it has none. */
    public String name() {
        List<String> names = names();
        return names.isEmpty() ? chain.getFirst().getSubjectX500Principal().getName() : names.getFirst();
    }

    /** From when on it is no longer good: the earliest end within the chain. */
    public Instant expires() {
        return chain.stream().map(it -> it.getNotAfter().toInstant()).min(Instant::compareTo).orElseThrow();
    }

    /** From when on it is good. */
    public Instant begins() {
        return chain.getFirst().getNotBefore().toInstant();
    }

    /** Whether each certificate was issued by the one behind it, so that clients find the way to an authority. */
    public boolean linked() {
        for (int i = 0; i + 1 < chain.size(); i++) {
            if (!chain.get(i).getIssuerX500Principal().equals(chain.get(i + 1).getSubjectX500Principal())) {
                return false;
            }
        }
        return true;
    }

    /** Never the key. */
    @Override
    public String toString() {
        return "Identity[" + name() + ", " + keyType() + ", until " + expires() + "]";
    }
}
