package io.sluice.pem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.CertificateBuilder.Algorithm;
import io.netty.pkitesting.X509Bundle;
import io.sluice.pem.Identity.KeyType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class IdentityTest {
    private static final X509Bundle AUTHORITY = made(new CertificateBuilder().ecp256().subject("CN=Authority").setIsCertificateAuthority(true), null);
    private static final X509Bundle BETWEEN = made(new CertificateBuilder().ecp256().subject("CN=Between").setIsCertificateAuthority(true), AUTHORITY);
    private static final X509Bundle EC = made(new CertificateBuilder().ecp256().subject("CN=a.example")
            .addSanDnsName("A.example").addSanDnsName("x.b.example"), BETWEEN);
    private static final X509Bundle RSA = made(new CertificateBuilder().rsa2048().subject("O=x,CN=only.example"), AUTHORITY);

    @TempDir
    private Path directory;
    private Path cert;
    private Path key;

    private static X509Bundle made(CertificateBuilder builder, X509Bundle issuer) {
        try {
            return issuer == null ? builder.buildSelfSigned() : builder.buildIssuedBy(issuer);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeEach
    void writesAGoodPair() throws IOException {
        cert = Files.writeString(directory.resolve("cert.pem"), EC.getCertificatePathPEM());
        key = Files.writeString(directory.resolve("key.pem"), EC.getPrivateKeyPEM());
    }

    private static String pem(String label, byte[] bytes) {
        return "-----BEGIN " + label + "-----\n" + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes)
                + "\n-----END " + label + "-----\n";
    }

    private void refuses(String found, String expected) {
        assertThatThrownBy(() -> Identity.read(cert, key))
                .isInstanceOf(PemException.class)
                .hasMessageStartingWith("found \"").hasMessageContaining(found).hasMessageContaining("; expected " + expected);
    }

    @Test
    void knowsNamesKindAndEndOfACertificate() throws PemException {
        Identity identity = Identity.read(cert, key);

        assertThat(identity.names()).containsExactly("a.example", "x.b.example");
        assertThat(identity.name()).isEqualTo("a.example");
        assertThat(identity.keyType()).isEqualTo(KeyType.EC);
        assertThat(identity.chain()).hasSize(2);
        assertThat(identity.linked()).isTrue();
        assertThat(identity.expires()).isBefore(Instant.now().plus(2000, ChronoUnit.DAYS)).isAfter(Instant.now());
        assertThat(identity.toString()).contains("a.example").doesNotContain("PrivateKey");
    }

    @Test
    void takesTheCommonNameWhereThereAreNoOthers() throws Exception {
        Files.writeString(cert, RSA.getCertificatePathPEM());
        Files.writeString(key, RSA.getPrivateKeyPEM());

        assertThat(Identity.read(cert, key).names()).containsExactly("only.example");
        assertThat(Identity.read(cert, key).keyType()).isEqualTo(KeyType.RSA);
    }

    @ParameterizedTest
    @EnumSource(value = Algorithm.class, names = {"ecp256", "ecp384", "rsa2048", "ed25519"})
    void readsKeysOfEachKind(Algorithm algorithm) throws Exception {
        X509Bundle bundle = made(new CertificateBuilder().algorithm(algorithm).subject("CN=x"), AUTHORITY);
        Files.writeString(cert, bundle.getCertificatePathPEM());
        Files.writeString(key, bundle.getPrivateKeyPEM());

        assertThat(Identity.read(cert, key).key()).isEqualTo(bundle.getKeyPair().getPrivate());
    }

    /** The inside of PKCS #8, as older tools write it: behind version and algorithm an octet string. */
    private static byte[] inside(byte[] pkcs8, int algorithmBytes) {
        int header = (pkcs8[1] & 0x80) == 0 ? 2 : 2 + (pkcs8[1] & 0x7f);
        int at = header + 3 + algorithmBytes + 1;
        int length = (pkcs8[at] & 0x80) == 0 ? 1 : 1 + (pkcs8[at] & 0x7f);
        return Arrays.copyOfRange(pkcs8, at + length, pkcs8.length);
    }

    @Test
    void readsAnRsaKeyInItsOldForm() throws Exception {
        Files.writeString(cert, RSA.getCertificatePathPEM());
        Files.writeString(key, pem("RSA PRIVATE KEY", inside(RSA.getKeyPair().getPrivate().getEncoded(), 15)));

        assertThat(Identity.read(cert, key).key()).isEqualTo(RSA.getKeyPair().getPrivate());
    }

    @Test
    void readsAnEllipticKeyInItsOldFormBehindItsParameters() throws Exception {
        // Java's encoding leaves out the curve, which this form has at its end.
        byte[] plain = inside(EC.getKeyPair().getPrivate().getEncoded(), 21);
        byte[] curve = {(byte) 0xa0, 10, 6, 8, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 3, 1, 7};
        byte[] body = Arrays.copyOfRange(plain, 2, plain.length);
        byte[] whole = ByteBuffer.allocate(2 + body.length + curve.length)
                .put((byte) 0x30).put((byte) (body.length + curve.length)).put(body).put(curve).array();
        Files.writeString(key, pem("EC PARAMETERS", Arrays.copyOfRange(curve, 2, curve.length)) + pem("EC PRIVATE KEY", whole));

        assertThat(Identity.read(cert, key).key()).isEqualTo(EC.getKeyPair().getPrivate());
    }

    @Test
    void readsBothFromOneFileWithTextBetween() throws Exception {
        Files.writeString(cert, "subject: x\r\n" + EC.getPrivateKeyPEM().replace("\n", "\r\n") + "and\n" + EC.getCertificatePathPEM());

        assertThat(Identity.read(cert, cert).name()).isEqualTo("a.example");
    }

    @Test
    void saysWhichFileIsNotThere() throws IOException {
        Files.delete(cert);
        refuses("cert.pem\", which is not there", "a certificate in PEM form");

        writesAGoodPair();
        Files.delete(key);
        refuses("key.pem\", which is not there", "a private key in PEM form");
    }

    @Test
    void saysThatADirectoryIsNoFile() throws IOException {
        key = Files.createDirectory(directory.resolve("dir"));
        refuses("dir\", a directory", "a private key");
    }

    @Test
    void saysThatAFileIsTooLarge() throws IOException {
        Files.write(cert, new byte[(1 << 20) + 1]);
        refuses("with more than 1 MiB", "a certificate");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "hello\n", "-----BEGIN certificate-----\n"})
    void saysThatAFileIsNoPem(String text) throws IOException {
        Files.writeString(cert, text);
        refuses("which is no PEM file", "a certificate");
    }

    @Test
    void tellsAFileThatLooksLikeDer() throws Exception {
        Files.write(cert, EC.getCertificate().getEncoded());
        refuses("which is no PEM file", "a certificate in PEM form, and behind it those that lead to its authority (it looks like DER");
    }

    @Test
    void saysWhatIsWrongWithABlock() throws IOException {
        Files.writeString(cert, EC.getCertificatePathPEM().replace("-----END", "-----ENT"));
        refuses("a BEGIN CERTIFICATE that has no END", "a certificate");
        Files.writeString(cert, "-----BEGIN CERTIFICATE-----\nnot base64!\n-----END CERTIFICATE-----\n");
        refuses("whose CERTIFICATE is no Base64", "a certificate");
        Files.writeString(cert, pem("CERTIFICATE", "no certificate".getBytes(StandardCharsets.US_ASCII)));
        refuses("of which a certificate can't be understood", "a certificate");
        Files.writeString(cert, EC.getPrivateKeyPEM());
        refuses("which holds no certificate", "a certificate");
    }

    @Test
    void saysThatThereIsNoKeyOrMoreThanOne() throws IOException {
        Files.writeString(key, EC.getCertificatePathPEM());
        refuses("which holds no private key", "a private key");
        Files.writeString(key, EC.getPrivateKeyPEM() + RSA.getPrivateKeyPEM());
        refuses("with several private keys", "a private key");
    }

    @Test
    void saysThatAKeyIsEncrypted() throws IOException {
        Files.writeString(key, pem("ENCRYPTED PRIVATE KEY", new byte[] {0x30, 0}));
        refuses("which is encrypted", "a private key in PEM form, not encrypted (nobody is there to type a passphrase");
        Files.writeString(key, "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nMAA=\n"
                + "-----END RSA PRIVATE KEY-----\n");
        refuses("which is encrypted", "a private key in PEM form, not encrypted");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "DSA PRIVATE KEY"})
    void saysThatAKeyCannotBeUnderstood(String label) throws IOException {
        for (byte[] bytes : new byte[][] {{}, {0x30}, {0x30, 0}, {0x30, (byte) 0x84, 1, 1, 1, 1}, {0x30, 5, 2, 1, 0, 0x30, 9}}) {
            Files.writeString(key, pem(label, bytes));
            refuses("a key that can't be understood", "an RSA key");
        }
    }

    @Test
    void refusesAShortRsaKey() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(1024);
        KeyPair pair = generator.generateKeyPair();
        Files.writeString(key, pem("PRIVATE KEY", pair.getPrivate().getEncoded()));

        refuses("an RSA key of 1024 bits", "at least 2048 bits");
    }

    @Test
    void saysThatTheKeyIsAnotherCertificatesOne() throws IOException {
        Files.writeString(key, RSA.getPrivateKeyPEM());
        refuses("which is not the key of the certificate in", "the key that the certificate was made for");
        Files.writeString(key, made(new CertificateBuilder().ecp256().subject("CN=x"), AUTHORITY).getPrivateKeyPEM());
        refuses("which is not the key of the certificate in", "the key that the certificate was made for");
    }

    @Test
    void saysThatTheCertificateStandsBehindItsAuthority() throws IOException {
        Files.writeString(cert, BETWEEN.getCertificatePEM() + EC.getCertificatePEM());
        refuses("whose first certificate is not the key's, but a later one is", "the key's certificate first");
    }

    @Test
    void seesThatAChainIsNone() throws Exception {
        Files.writeString(cert, EC.getCertificatePEM() + RSA.getCertificatePEM());

        assertThat(Identity.read(cert, key).linked()).isFalse();
    }

    @Test
    void readsABundleOfAuthorities() throws Exception {
        Path bundle = Files.writeString(directory.resolve("ca.pem"), AUTHORITY.getCertificatePEM() + BETWEEN.getCertificatePEM());

        assertThat(Authorities.read(bundle)).containsExactly(AUTHORITY.getCertificate(), BETWEEN.getCertificate());
    }

    @Test
    void looksWhetherAStapleIsAnOcspResponseAndNoError() throws Exception {
        Path staple = Files.write(directory.resolve("ocsp"), new byte[] {0x30, 9, 0x0a, 1, 0, (byte) 0xa0, 4, 0, 0, 0, 0});
        assertThat(StapledResponse.read(staple)).hasSize(11);

        Files.write(staple, new byte[] {0x30, 3, 0x0a, 1, 6, 0, 0, 0});
        assertThatThrownBy(() -> StapledResponse.read(staple)).hasMessageContaining("an OCSP error 6");
        for (byte[] bytes : new byte[][] {{}, {0x30, (byte) 0xff, 0, 0, 0, 0, 0, 0}, EC.getCertificate().getEncoded()}) {
            Files.write(staple, bytes);
            assertThatThrownBy(() -> StapledResponse.read(staple)).hasMessageContaining("which is no OCSP response");
        }
    }
}
