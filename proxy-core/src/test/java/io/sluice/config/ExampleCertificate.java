package io.sluice.config;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** The files of a certificate that samples name by the environment, made once. <em>Immutable.</em> */
final class ExampleCertificate {
    /** What the samples ask of the environment. */
    static final Map<String, String> ENVIRONMENT = made();

    private ExampleCertificate() {}

    private static Map<String, String> made() {
        try {
            X509Bundle bundle = new CertificateBuilder()
                    .subject("CN=example.com").addSanDnsName("example.com").setIsCertificateAuthority(true).buildSelfSigned();
            Path staple = Files.createTempFile("sluice", ".ocsp");
            staple.toFile().deleteOnExit();
            // As much of an OCSP response as is looked at.
            Files.write(staple, new byte[] {0x30, 9, 0x0a, 1, 0, (byte) 0xa0, 4, 0, 0, 0, 0});
            return Map.of(
                    "SLUICE_ADMIN_TOKEN", "sixteen-or-longer",
                    "ACME_CA", bundle.toTempRootCertPem().getPath(),
                    "TLS_OCSP", staple.toString(),
                    "TLS_CERT", bundle.toTempCertChainPem().getPath(),
                    "TLS_KEY", bundle.toTempPrivateKeyPem().getPath());
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
