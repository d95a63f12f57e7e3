package io.sluice.pem;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests and certificates of our own writing, as others read them. */
final class SignedTest {
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

    @ParameterizedTest
    @ValueSource(strings = {"EC", "RSA"})
    void aRequestNamesEveryNameAndIsSignedByItsKey(String algorithm) throws Exception {
        KeyPair key = algorithm.equals("RSA") ? Signed.rsaKey() : Signed.ellipticKey();

        PKCS10CertificationRequest request =
                new PKCS10CertificationRequest(Signed.request(List.of("a.example", "b.example"), key));

        assertThat(request.isSignatureValid(new JcaContentVerifierProviderBuilder().build(key.getPublic()))).isTrue();
        assertThat(request.getSubject().getRDNs()).isEmpty();
        Extensions extensions = Extensions.getInstance(request
                .getAttributes(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest)[0].getAttrValues().getObjectAt(0));
        assertThat(GeneralNames.fromExtensions(extensions, Extension.subjectAlternativeName).getNames())
                .containsExactly(
                        new GeneralName(GeneralName.dNSName, "a.example"), new GeneralName(GeneralName.dNSName, "b.example"));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 50, 100})
    void aRequestForAnyNumberOfNamesCanBeRead(int count) throws Exception {
        List<String> names = IntStream.range(0, count).mapToObj(i -> "name-" + i + "." + "x".repeat(40) + ".example").toList();
        KeyPair key = Signed.ellipticKey();

        PKCS10CertificationRequest request = new PKCS10CertificationRequest(Signed.request(names, key));

        assertThat(request.isSignatureValid(new JcaContentVerifierProviderBuilder().build(key.getPublic()))).isTrue();
    }

    @Test
    void aCertificateOfOursIsSignedByItselfAndValidForItsTime() throws Exception {
        Identity made = Signed.certificate(List.of("a.example", "b.example"), NOW, Duration.ofDays(30));

        made.chain().getFirst().verify(made.chain().getFirst().getPublicKey());
        assertThat(made.chain().getFirst().getVersion()).isEqualTo(3);
        assertThat(made.chain().getFirst().getIssuerX500Principal()).isEqualTo(made.chain().getFirst().getSubjectX500Principal());
        assertThat(made.begins()).isEqualTo(NOW.minus(Duration.ofHours(1)));
        assertThat(made.expires()).isEqualTo(NOW.plus(Duration.ofDays(30)));
        assertThat(made.whole()).isTrue();
        assertThat(made.names()).containsExactlyInAnyOrder("a.example", "b.example");
    }

    @Test
    void eachOneHasANumberOfItsOwn() {
        List<String> names = List.of("a.example");

        assertThat(Signed.certificate(names, NOW, Duration.ofDays(1)).chain().getFirst().getSerialNumber())
                .isPositive()
                .isNotEqualTo(Signed.certificate(names, NOW, Duration.ofDays(1)).chain().getFirst().getSerialNumber());
    }

    @Test
    void timesBeyondTheHalfOfTheCenturyAreWrittenInFull() {
        Identity made = Signed.certificate(List.of("a.example"), Instant.parse("2049-12-31T23:00:00Z"), Duration.ofHours(2));

        assertThat(made.begins()).isEqualTo(Instant.parse("2049-12-31T22:00:00Z"));
        assertThat(made.expires()).isEqualTo(Instant.parse("2050-01-01T01:00:00Z"));
    }

    @Test
    void anAnswerToAChallengeIsForOneNameAndHoldsTheDigest() throws Exception {
        byte[] digest = new byte[32];
        Arrays.fill(digest, (byte) 7);

        Identity made = Signed.challenge("a.example", digest, NOW, Duration.ofDays(1));

        assertThat(made.chain().getFirst().getSubjectAlternativeNames()).containsExactly(List.of(2, "a.example"));
        assertThat(made.chain().getFirst().getCriticalExtensionOIDs()).containsExactly("1.3.6.1.5.5.7.1.31");
        byte[] value = made.chain().getFirst().getExtensionValue("1.3.6.1.5.5.7.1.31");
        assertThat(Arrays.copyOfRange(value, 4, value.length)).isEqualTo(digest);
    }

    @Test
    void aKeyThatIsAnotherCertificatesDoesNotFit() {
        Identity one = Signed.certificate(List.of("a.example"), NOW, Duration.ofDays(1));
        Identity other = Signed.certificate(List.of("a.example"), NOW, Duration.ofDays(1));

        assertThat(new Identity(other.chain(), one.key()).whole()).isFalse();
        assertThat(new Identity(one.chain(), Signed.rsaKey().getPrivate()).whole()).isFalse();
    }
}
