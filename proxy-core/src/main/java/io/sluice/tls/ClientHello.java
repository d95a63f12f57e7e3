package io.sluice.tls;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * What a client says of itself in its first message (RFC 8446 §4.1.2), as far as the choice of a certificate needs it.
 * <em>Immutable.</em>
 */
final class ClientHello {
    private static final int VERSION_AND_RANDOM_BYTES = 34;
    private static final int SIGNATURE_ALGORITHMS = 13;
    private static final int PROTOCOLS = 16;
    private static final int SUPPORTED_VERSIONS = 43;
    private static final int TLS_13 = 0x0304;
    /** ecdsa_secp256r1_sha256, ecdsa_secp384r1_sha384, ecdsa_secp521r1_sha512. */
    private static final int ECDSA = 0x03;
    private static final int ECDSA_SHA1 = 0x0203;

    private ClientHello() {}

    /**
     * Whether a certificate with an ECDSA key would do: the client verifies such signatures, and has a cipher suite for it,
     * which all of TLS 1.3 are. Clients without the extension for that (TLS 1.1 and before) don't count. What is malformed is
     * left to the engine.
     *
     * @param hello the message without its header; borrowed, its indexes stay
     */
    static boolean takesEcdsa(ByteBuf hello) {
        try {
            return look(hello.duplicate());
        } catch (IndexOutOfBoundsException _) {
            return false;
        }
    }

    /**
     * Whether a client offers this protocol by ALPN, and no other (RFC 7301 §3.1).
     *
     * @param hello as {@link #takesEcdsa}
     */
    static boolean offersOnly(ByteBuf hello, String protocol) {
        try {
            ByteBuf in = hello.duplicate();
            in.skipBytes(VERSION_AND_RANDOM_BYTES);
            in.skipBytes(in.readUnsignedByte());
            in.skipBytes(in.readUnsignedShort());
            in.skipBytes(in.readUnsignedByte());
            ByteBuf extensions = in.readSlice(in.readUnsignedShort());
            while (extensions.isReadable()) {
                int type = extensions.readUnsignedShort();
                ByteBuf content = extensions.readSlice(extensions.readUnsignedShort());
                if (type == PROTOCOLS) {
                    ByteBuf names = content.readSlice(content.readUnsignedShort());
                    ByteBuf first = names.readSlice(names.readUnsignedByte());
                    return !names.isReadable() && first.toString(StandardCharsets.US_ASCII).equals(protocol);
                }
            }
            return false;
        } catch (IndexOutOfBoundsException _) {
            return false;
        }
    }

    private static boolean look(ByteBuf in) {
        in.skipBytes(VERSION_AND_RANDOM_BYTES);
        in.skipBytes(in.readUnsignedByte());
        boolean suite = ecdsaSuite(in.readSlice(in.readUnsignedShort()));
        in.skipBytes(in.readUnsignedByte());
        boolean signature = false;
        ByteBuf extensions = in.readSlice(in.readUnsignedShort());
        while (extensions.isReadable()) {
            int type = extensions.readUnsignedShort();
            ByteBuf content = extensions.readSlice(extensions.readUnsignedShort());
            switch (type) {
                case SIGNATURE_ALGORITHMS -> signature = ecdsaSignature(content.readSlice(content.readUnsignedShort()));
                case SUPPORTED_VERSIONS -> suite |= tls13(content.readSlice(content.readUnsignedByte()));
                default -> { }
            }
        }
        return suite && signature;
    }

    /** ECDHE_ECDSA with AES (RFC 4492, 5289) or ChaCha20 (RFC 7905). */
    private static boolean ecdsaSuite(ByteBuf suites) {
        while (suites.isReadable()) {
            switch (suites.readUnsignedShort()) {
                case 0xc009, 0xc00a, 0xc023, 0xc024, 0xc02b, 0xc02c, 0xcca9 -> {
                    return true;
                }
                default -> { }
            }
        }
        return false;
    }

    private static boolean ecdsaSignature(ByteBuf schemes) {
        while (schemes.isReadable()) {
            int scheme = schemes.readUnsignedShort();
            if ((scheme & 0xff) == ECDSA && scheme > ECDSA_SHA1) {
                return true;
            }
        }
        return false;
    }

    private static boolean tls13(ByteBuf versions) {
        while (versions.isReadable()) {
            if (versions.readUnsignedShort() == TLS_13) {
                return true;
            }
        }
        return false;
    }
}
