package io.sluice.config;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * What a PEM file holds (RFC 7468): certificates, and perhaps a key. <em>Immutable.</em>
 *
 * @param certificates in the order of the file; may be empty
 * @param key          the first one; null if there is none
 */
record PemFile(List<X509Certificate> certificates, PrivateKey key) {
    /** Where no file is wanted. */
    static final PemFile NONE = new PemFile(List.of(), null);

    private static final int BYTES_MAX = 4 << 20;
    private static final String BEGIN = "-----BEGIN ";
    private static final String DASHES = "-----";

    /** A file that must hold certificates. */
    static final ValueType CERTIFICATES = ValueType.of("the path of a PEM file with certificates", text -> {
        PemFile file = read(text);
        if (file.certificates().isEmpty()) {
            throw new Mismatch("there is no certificate in it");
        }
        return file;
    });

    /** A file that must hold a private key. */
    static final ValueType KEY = ValueType.of("the path of a PEM file with a private key", text -> {
        PemFile file = read(text);
        if (file.key() == null) {
            throw new Mismatch("there is no private key in it");
        }
        return file;
    });

    @Override
    public String toString() {
        return certificates.size() + " certificates" + (key == null ? "" : " and a key");
    }

    private static PemFile read(String path) {
        try {
            Path file = Path.of(path);
            if (path.isEmpty()) {
                throw new Mismatch();
            }
            if (Files.isDirectory(file)) {
                throw new Mismatch("it is a directory");
            }
            try (InputStream in = Files.newInputStream(file)) {
                byte[] bytes = in.readNBytes(BYTES_MAX + 1);
                if (bytes.length > BYTES_MAX) {
                    throw new Mismatch("it has more than 4 MiB");
                }
                // Whatever stands between the blocks may be in any coding.
                return parse(new String(bytes, StandardCharsets.ISO_8859_1));
            }
        } catch (InvalidPathException _) {
            throw new Mismatch();
        } catch (NoSuchFileException _) {
            throw new Mismatch("it is not there");
        } catch (AccessDeniedException _) {
            throw new Mismatch("this user may not read it");
        } catch (IOException _) {
            throw new Mismatch("it can't be read");
        }
    }

    private static PemFile parse(String text) {
        List<X509Certificate> certificates = new ArrayList<>();
        PrivateKey key = null;
        int at = text.indexOf(BEGIN);
        while (at >= 0) {
            int labelEnd = text.indexOf(DASHES, at + BEGIN.length());
            String label = labelEnd < 0 ? "" : text.substring(at + BEGIN.length(), labelEnd);
            int end = labelEnd < 0 ? -1 : text.indexOf(DASHES + "END " + label + DASHES, labelEnd);
            if (end < 0) {
                throw new Mismatch("a block in line " + line(text, at) + " has no end");
            }
            String block = text.substring(labelEnd + DASHES.length(), end);
            if (label.equals("CERTIFICATE") || label.equals("X509 CERTIFICATE")) {
                certificates.add(certificate(block, line(text, at)));
            } else if (label.endsWith("PRIVATE KEY") && key == null) {
                key = key(label, block, line(text, at));
            }
            at = text.indexOf(BEGIN, end);
        }
        return new PemFile(List.copyOf(certificates), key);
    }

    private static int line(String text, int at) {
        return 1 + (int) text.substring(0, at).chars().filter(c -> c == '\n').count();
    }

    private static X509Certificate certificate(String block, int line) {
        try {
            byte[] der = Base64.getMimeDecoder().decode(block);
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
        } catch (CertificateException | IllegalArgumentException _) {
            throw new Mismatch("the certificate in line " + line + " is broken");
        }
    }

    private static PrivateKey key(String label, String block, int line) {
        if (label.startsWith("ENCRYPTED") || block.contains("ENCRYPTED")) {
            throw new Mismatch("the key in line " + line + " is locked by a passphrase; write it without one");
        }
        try {
            return PrivateKeys.of(label, Base64.getMimeDecoder().decode(block));
        } catch (IllegalArgumentException _) {
            throw new Mismatch("the key in line " + line + " is broken, or of an unknown kind");
        }
    }
}
