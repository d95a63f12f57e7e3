package io.sluice.pem;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Keys and certificates as text (RFC 7468). <em>Immutable.</em> */
public final class Pem {
    public static final String PRIVATE_KEY = "PRIVATE KEY";
    public static final String PUBLIC_KEY = "PUBLIC KEY";
    private static final String CERTIFICATE = "CERTIFICATE";

    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z ]{1,40})-----([A-Za-z0-9+/=\\s]{1,100000})-----END \\1-----");
    private static final int LINE = 64;

    private Pem() {}

    /** What a text holds of one kind, decoded, in order. */
    private static List<byte[]> blocks(String text, String kind) {
        List<byte[]> blocks = new ArrayList<>();
        Matcher block = BLOCK.matcher(text);
        while (block.find()) {
            if (block.group(1).equals(kind)) {
                blocks.add(Base64.getMimeDecoder().decode(block.group(2)));
            }
        }
        return blocks;
    }

    /** One block of a text. */
    public static String block(String kind, byte[] der) {
        Base64.Encoder encoder = Base64.getMimeEncoder(LINE, new byte[] {'\n'});
        return "-----BEGIN " + kind + "-----\n" + new String(encoder.encode(der), StandardCharsets.US_ASCII) + "\n-----END "
                + kind + "-----\n";
    }

    /** A key and its certificates, in one text. */
    public static String text(Identity identity) {
        StringBuilder text = new StringBuilder(block(PRIVATE_KEY, identity.key().getEncoded()));
        try {
            for (X509Certificate each : identity.chain()) {
                text.append(block(CERTIFICATE, each.getEncoded()));
            }
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("it was read before", e);
        }
        return text.toString();
    }

    /** The private key in a text, on a curve. */
    public static PrivateKey privateKey(String text) throws GeneralSecurityException {
        return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(only(text, PRIVATE_KEY)));
    }

    /** The public key in a text, on a curve. */
    public static PublicKey publicKey(String text) throws GeneralSecurityException {
        return KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(only(text, PUBLIC_KEY)));
    }

    private static byte[] only(String text, String kind) throws GeneralSecurityException {
        List<byte[]> blocks = blocks(text, kind);
        if (blocks.size() != 1) {
            throw new GeneralSecurityException("there are " + blocks.size() + " blocks of " + kind + " instead of one");
        }
        return blocks.getFirst();
    }
}
