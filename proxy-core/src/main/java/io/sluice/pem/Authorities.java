package io.sluice.pem;

import io.sluice.pem.PemException.File;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/** The certificates of a file: a bundle of authorities, or a chain. <em>Immutable.</em> */
public final class Authorities {
    private Authorities() {}

    /**
     * Reads a bundle: one certificate or more, in any order.
     *
     * @throws PemException if there is none, or one can't be read
     */
    public static List<X509Certificate> read(Path path) throws PemException {
        return certificates(path, "the certificates of authorities in PEM form");
    }

    /** All certificates of a file, in its order. */
    static List<X509Certificate> certificates(Path path, String expected) throws PemException {
        List<X509Certificate> certificates = new ArrayList<>();
        for (PemFile.Block block : PemFile.read(path, File.CERTIFICATES, expected).blocks()) {
            if (block.label().equals("CERTIFICATE") || block.label().equals("X509 CERTIFICATE")) {
                certificates.add(certificate(block, path, expected));
            }
        }
        if (certificates.isEmpty()) {
            throw new PemException(File.CERTIFICATES, PemFile.quoted(path) + ", which holds no certificate", expected);
        }
        return List.copyOf(certificates);
    }

    private static X509Certificate certificate(PemFile.Block block, Path path, String expected) throws PemException {
        try {
            return (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(block.bytes()));
        } catch (CertificateException _) {
            throw new PemException(
                    File.CERTIFICATES, PemFile.quoted(path) + ", of which a certificate can't be understood", expected);
        }
    }
}
