package io.sluice.pem;

import io.sluice.pem.PemException.File;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.interfaces.RSAPrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * Reads private keys: PKCS #8 (RFC 5208), and what older tools write, PKCS #1 for RSA (RFC 8017 A.1.2) and SEC 1 for
 * elliptic curves (RFC 5915), which are the inside of it. <em>Immutable.</em>
 */
final class PrivateKeys {
    private static final String EXPECTED = "a private key in PEM form, not encrypted";
    private static final int SEQUENCE = 0x30;
    private static final int OCTETS = 0x04;
    private static final int EXPLICIT_0 = 0xa0;
    private static final int RSA_BITS_MIN = 2048;
    private static final byte[] VERSION_0 = {2, 1, 0};
    /** 1.2.840.113549.1.1.1 and its NULL. */
    private static final byte[] RSA = {0x30, 0x0d, 6, 9, 0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 0x0d, 1, 1, 1, 5, 0};
    /** 1.2.840.10045.2.1. */
    private static final byte[] EC = {6, 7, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 2, 1};
    /** Names of key factories, by what their object identifiers are in DER. */
    private static final Map<String, String> FACTORIES = Map.of(
            "2a864886f70d010101", "RSA",
            "2a8648ce3d0201", "EC",
            "2b6570", "Ed25519");

    private PrivateKeys() {}

    /** The one private key of a file. */
    static PrivateKey read(Path path) throws PemException {
        List<PemFile.Block> keys = PemFile.read(path, File.KEY, EXPECTED).blocks().stream()
                .filter(block -> block.label().endsWith("PRIVATE KEY"))
                .toList();
        String quoted = PemFile.quoted(path);
        if (keys.size() != 1) {
            throw new PemException(
                    File.KEY, quoted + (keys.isEmpty() ? ", which holds no private key" : " with several private keys"), EXPECTED);
        }
        PemFile.Block block = keys.getFirst();
        if (block.label().startsWith("ENCRYPTED") || block.headers().contains("ENCRYPTED")) {
            throw new PemException(File.KEY, quoted + ", which is encrypted",
                    EXPECTED + " (nobody is there to type a passphrase; openssl pkey -in … -out … takes it off)");
        }
        try {
            return fit(key(block), quoted);
        } catch (GeneralSecurityException | IllegalArgumentException | BufferUnderflowException _) {
            throw new PemException(File.KEY, quoted + ", a key that can't be understood",
                    "an RSA key, or one on the curve P-256, P-384, P-521 or Ed25519");
        }
    }

    private static PrivateKey fit(PrivateKey key, String quoted) throws PemException {
        if (key instanceof RSAPrivateKey rsa && rsa.getModulus().bitLength() < RSA_BITS_MIN) {
            throw new PemException(File.KEY, quoted + ", an RSA key of " + rsa.getModulus().bitLength() + " bits",
                    "at least " + RSA_BITS_MIN + " bits");
        }
        return key;
    }

    private static PrivateKey key(PemFile.Block block) throws GeneralSecurityException {
        byte[] pkcs8 = switch (block.label()) {
            case "PRIVATE KEY" -> block.bytes();
            case "RSA PRIVATE KEY" -> der(SEQUENCE, VERSION_0, RSA, der(OCTETS, block.bytes()));
            case "EC PRIVATE KEY" -> der(SEQUENCE, VERSION_0, der(SEQUENCE, EC, curve(block.bytes())), der(OCTETS, block.bytes()));
            default -> throw new IllegalArgumentException(block.label());
        };
        String factory = FACTORIES.get(algorithm(pkcs8));
        if (factory == null) {
            throw new IllegalArgumentException("another algorithm");
        }
        return KeyFactory.getInstance(factory).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
    }

    /** The object identifier of the key's algorithm, in hexadecimal digits. */
    private static String algorithm(byte[] pkcs8) {
        ByteBuffer inside = content(ByteBuffer.wrap(pkcs8), SEQUENCE);
        content(inside, 0x02);
        ByteBuffer identifier = content(content(inside, SEQUENCE), 0x06);
        byte[] bytes = new byte[identifier.remaining()];
        identifier.get(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /** The name of the curve, which SEC 1 tells within the key and PKCS #8 in front of it. */
    private static byte[] curve(byte[] sec1) {
        ByteBuffer inside = content(ByteBuffer.wrap(sec1), SEQUENCE);
        content(inside, 0x02);
        content(inside, OCTETS);
        ByteBuffer parameters = content(inside, EXPLICIT_0);
        byte[] curve = new byte[parameters.remaining()];
        parameters.get(curve);
        return curve;
    }

    /** The content of the next element, which must have this tag; the buffer goes on behind it. */
    private static ByteBuffer content(ByteBuffer in, int tag) {
        if ((in.get() & 0xff) != tag) {
            throw new IllegalArgumentException("another element");
        }
        int length = in.get() & 0xff;
        if (length >= 0x80) {
            int octets = length & 0x7f;
            if (octets == 0 || octets > 3) {
                throw new IllegalArgumentException("a length nobody needs");
            }
            length = 0;
            for (int i = 0; i < octets; i++) {
                length = length << 8 | in.get() & 0xff;
            }
        }
        if (length > in.remaining()) {
            throw new IllegalArgumentException("cut off");
        }
        ByteBuffer content = in.slice(in.position(), length);
        in.position(in.position() + length);
        return content;
    }

    private static byte[] der(int tag, byte[]... parts) {
        int length = Arrays.stream(parts).mapToInt(part -> part.length).sum();
        ByteBuffer out = ByteBuffer.allocate(length + 5);
        out.put((byte) tag);
        if (length < 0x80) {
            out.put((byte) length);
        } else {
            out.put((byte) 0x83).put((byte) (length >> 16)).put((byte) (length >> 8)).put((byte) length);
        }
        for (byte[] part : parts) {
            out.put(part);
        }
        return Arrays.copyOf(out.array(), out.position());
    }
}
