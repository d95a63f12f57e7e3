package io.sluice.config;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.List;

/** Private keys as PEM files have them: PKCS #8 (RFC 5958), and the older forms of OpenSSL. <em>Immutable.</em> */
final class PrivateKeys {
    private static final byte[] VERSION_0 = {2, 1, 0};
    /** SEQUENCE { rsaEncryption, NULL } (RFC 8017 §A.1). */
    private static final byte[] RSA = {
        0x30, 13, 6, 9, 0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 13, 1, 1, 1, 5, 0
    };
    /** id-ecPublicKey (RFC 5480 §2.1.1). */
    private static final byte[] EC = {6, 7, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 2, 1};

    private static final int INTEGER = 0x02;
    private static final int OCTETS = 0x04;
    private static final int SEQUENCE = 0x30;
    private static final int PARAMETERS = 0xa0;

    private PrivateKeys() {}

    /**
     * Reads a key.
     *
     * @param label the block's
     * @throws IllegalArgumentException if it is none
     */
    static PrivateKey of(String label, byte[] der) {
        byte[] pkcs8 = switch (label) {
            case "RSA PRIVATE KEY" -> der(SEQUENCE, VERSION_0, RSA, der(OCTETS, der));
            case "EC PRIVATE KEY" -> der(SEQUENCE, VERSION_0, der(SEQUENCE, EC, curve(der)), der(OCTETS, der));
            default -> der;
        };
        for (String algorithm : List.of("EC", "RSA", "EdDSA", "RSASSA-PSS")) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            } catch (GeneralSecurityException _) {
                // Of another kind, then.
            }
        }
        throw new IllegalArgumentException("no key");
    }

    /** Whether a key is that of a certificate: what it signs can be verified. */
    static boolean fits(PrivateKey key, PublicKey certified) {
        String algorithm = switch (key.getAlgorithm()) {
            case "EC" -> "SHA256withECDSA";
            case "RSA" -> "SHA256withRSA";
            default -> null;
        };
        if (algorithm == null || !certified.getAlgorithm().equals(key.getAlgorithm())) {
            return certified.getAlgorithm().equals(key.getAlgorithm());
        }
        try {
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            signature.update(VERSION_0);
            byte[] signed = signature.sign();
            signature.initVerify(certified);
            signature.update(VERSION_0);
            return signature.verify(signed);
        } catch (GeneralSecurityException _) {
            return false;
        }
    }

    /** The curve's name, which the older form has inside of the key (RFC 5915 §3). */
    private static byte[] curve(byte[] der) {
        try {
            ByteBuffer in = value(ByteBuffer.wrap(der), SEQUENCE);
            value(in, INTEGER);
            value(in, OCTETS);
            ByteBuffer parameters = value(in, PARAMETERS);
            byte[] curve = new byte[parameters.remaining()];
            parameters.get(curve);
            return curve;
        } catch (BufferUnderflowException _) {
            throw new IllegalArgumentException("no key");
        }
    }

    /** The value that stands next; what is behind it stays in {@code in}. */
    private static ByteBuffer value(ByteBuffer in, int tag) {
        if ((in.get() & 0xff) != tag) {
            throw new IllegalArgumentException("another value");
        }
        int length = in.get() & 0xff;
        if (length > 0x82) {
            throw new IllegalArgumentException("too long");
        }
        if (length >= 0x80) {
            int bytes = length & 0x7f;
            length = 0;
            for (int i = 0; i < bytes; i++) {
                length = length << 8 | in.get() & 0xff;
            }
        }
        if (length > in.remaining()) {
            throw new IllegalArgumentException("cut off");
        }
        ByteBuffer value = in.slice(in.position(), length);
        in.position(in.position() + length);
        return value;
    }

    private static byte[] der(int tag, byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        ByteBuffer out = ByteBuffer.allocate(length + 4);
        out.put((byte) tag);
        if (length >= 0x100) {
            out.put((byte) 0x82).putShort((short) length);
        } else if (length >= 0x80) {
            out.put((byte) 0x81).put((byte) length);
        } else {
            out.put((byte) length);
        }
        for (byte[] part : parts) {
            out.put(part);
        }
        byte[] der = new byte[out.position()];
        out.flip().get(der);
        return der;
    }
}
