package io.sluice.pem;

import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Keys, and what is signed with one of ours: requests for certificates (RFC 2986), and certificates that nobody else has
 * signed (RFC 5280). Written here, since the one use of a large library would be this. <em>Immutable.</em>
 */
public final class Signed {
    private static final int RSA_BITS = 2048;
    private static final int SERIAL_BITS = 127;
    /** Clocks differ. */
    private static final Duration BEFOREHAND = Duration.ofHours(1);
    private static final String COMMON_NAME = "2.5.4.3";
    private static final String ALTERNATIVE_NAMES = "2.5.29.17";
    private static final String EXTENSION_REQUEST = "1.2.840.113549.1.9.14";
    private static final String ACME_IDENTIFIER = "1.3.6.1.5.5.7.1.31";
    private static final int DNS_NAME = 2;
    private static final int VERSION_3 = 2;

    private Signed() {}

    /** A new key for ECDSA on the curve P-256. */
    public static KeyPair ellipticKey() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java makes such keys", e);
        }
    }

    /** A new key for RSA, of 2,048 bits. */
    public static KeyPair rsaKey() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(RSA_BITS);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java makes such keys", e);
        }
    }

    /** A request for a certificate for these names, whose subject is left to the authority (RFC 8555 §7.4). */
    public static byte[] request(List<String> names, KeyPair key) {
        byte[] extensions = Der.sequence(alternativeNames(names));
        byte[] attributes = Der.sequence(Der.oid(EXTENSION_REQUEST), Der.set(extensions));
        byte[] info = Der.sequence(
                Der.integer(BigInteger.ZERO), Der.sequence(), key.getPublic().getEncoded(), Der.holding(0, attributes));
        return signed(info, key);
    }

    /**
     * A certificate that vouches for itself, so that only who has it at hand trusts it.
     *
     * @param names    whom it is for: host names in lower case, at least one
     * @param now      it is valid from an hour before, since clocks differ
     * @param lifetime for so long from now
     */
    public static Identity certificate(List<String> names, Instant now, Duration lifetime) {
        return certificate(names, List.of(), now, lifetime);
    }

    /**
     * The certificate that answers a challenge (RFC 8737 §3).
     *
     * @param digest what the authority expects in it, 32 bytes
     */
    public static Identity challenge(String name, byte[] digest, Instant now, Duration lifetime) {
        byte[] identifier = Der.sequence(Der.oid(ACME_IDENTIFIER), Der.bool(true), Der.octets(Der.octets(digest)));
        return certificate(List.of(name), List.of(identifier), now, lifetime);
    }

    private static Identity certificate(List<String> names, List<byte[]> more, Instant now, Duration lifetime) {
        KeyPair key = ellipticKey();
        byte[] subject = Der.sequence(Der.set(Der.sequence(Der.oid(COMMON_NAME), Der.text("Sluice, self-signed"))));
        List<byte[]> extensions = new ArrayList<>(more);
        extensions.addFirst(alternativeNames(names));
        byte[] certificate = Der.sequence(
                Der.holding(0, Der.integer(BigInteger.valueOf(VERSION_3))),
                Der.integer(new BigInteger(SERIAL_BITS, new SecureRandom()).setBit(SERIAL_BITS - 1)),
                algorithm(key),
                subject,
                Der.sequence(Der.time(now.minus(BEFOREHAND)), Der.time(now.plus(lifetime))),
                subject,
                key.getPublic().getEncoded(),
                Der.holding(3, Der.sequence(extensions)));
        try {
            X509Certificate made = (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(signed(certificate, key)));
            return new Identity(List.of(made), key.getPrivate());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("what is written here can be read", e);
        }
    }

    private static byte[] alternativeNames(List<String> names) {
        List<byte[]> written = new ArrayList<>();
        names.forEach(name -> written.add(Der.plain(DNS_NAME, name.getBytes(StandardCharsets.US_ASCII))));
        return Der.sequence(Der.oid(ALTERNATIVE_NAMES), Der.octets(Der.sequence(written)));
    }

    private static boolean rsa(KeyPair key) {
        return key.getPrivate().getAlgorithm().equals("RSA");
    }

    /** SHA-256 with RSA (RFC 4055 §5) or with ECDSA (RFC 5758 §3.2). */
    private static byte[] algorithm(KeyPair key) {
        // RSA's has a NULL for parameters, ECDSA's none.
        return rsa(key)
                ? Der.sequence(Der.oid("1.2.840.113549.1.1.11"), new byte[] {5, 0})
                : Der.sequence(Der.oid("1.2.840.10045.4.3.2"));
    }

    private static byte[] signed(byte[] what, KeyPair key) {
        try {
            Signature signature = Signature.getInstance(rsa(key) ? "SHA256withRSA" : "SHA256withECDSA");
            signature.initSign(key.getPrivate());
            signature.update(what);
            return Der.sequence(what, algorithm(key), Der.bits(signature.sign()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java signs so", e);
        }
    }
}
