package io.sluice.acme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sluice.config.AcmeConfig;
import io.sluice.config.AcmeConfig.Challenge;
import io.sluice.config.AcmeConfig.ExternalAccount;
import io.sluice.config.AcmeConfig.KeyType;
import io.sluice.config.Secret;
import io.sluice.pem.Identity;
import io.sluice.pem.Signed;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The exchange with an authority as RFC 8555 writes it down, and its failures. */
@Timeout(60)
final class AcmeAuthorityIT {
    private static final Names NAMES = new Names(List.of("a.example", "www.a.example"));

    @TempDir
    private Path directory;

    private final Board board = new Board();
    private final List<Duration> pauses = new ArrayList<>();
    private Duration waited = Duration.ZERO;
    private ScriptedAuthority server;

    @BeforeEach
    void starts() throws Exception {
        server = ScriptedAuthority.start(directory.resolve("ca.pem"));
    }

    @AfterEach
    void ends() {
        server.close();
    }

    private AcmeConfig config(Challenge challenge, KeyType keyType, ExternalAccount account) {
        return new AcmeConfig(server.directory(), "a@example.com", directory.resolve("kept"), challenge, Duration.ZERO,
                keyType, account, directory.resolve("ca.pem"));
    }

    private Identity order(AcmeConfig config) throws Exception {
        Storage storage = new Storage(config);
        try (Storage.Lock _ = storage.tryLock()) {
            return new AcmeAuthority(config, storage, board, () -> Instant.now().plus(waited), this::waits).order(NAMES);
        }
    }

    /** Time passes without anybody's waiting for it. */
    private void waits(Duration time) {
        pauses.add(time);
        waited = waited.plus(time);
    }

    private Identity order() throws Exception {
        return order(config(Challenge.HTTP_01, KeyType.ECDSA, null));
    }

    private OrderFailed failure() {
        return catchThrowableOfType(OrderFailed.class, this::order);
    }

    @Test
    void provesEachNameAndComesBackWithACertificateForAll() throws Exception {
        AtomicReference<String> shown = new AtomicReference<>();
        server.validation((_, token) -> {
            shown.set(board.texts.get(token));
            return board.texts.containsKey(token) ? null : "not found";
        });

        Identity issued = order();

        assertThat(NAMES.in(issued)).isTrue();
        assertThat(issued.whole()).isTrue();
        assertThat(issued.key().getAlgorithm()).isEqualTo("EC");
        // RFC 8555 §8.1: the token, a dot, and the thumbprint of the account's key.
        assertThat(shown.get()).matches("token-0-1\\.[A-Za-z0-9_-]{43}");
        assertThat(board.shown).containsExactly("token-0-0", "token-0-1");
        assertThat(board.texts).as("nothing is shown any longer").isEmpty();
    }

    @Test
    void tellsWhoItIsAndThatTheTermsAreAccepted() throws Exception {
        order();

        assertThat(server.lastAccount()).contains("\"mailto:a@example.com\"", "\"termsOfServiceAgreed\":true")
                .doesNotContain("externalAccountBinding");
    }

    @Test
    void bindsAnAccountThatTheAuthorityGave() throws Exception {
        String key = Base64.getUrlEncoder().withoutPadding().encodeToString(new byte[32]);

        order(config(Challenge.HTTP_01, KeyType.ECDSA, new ExternalAccount("kid-7", new Secret(key))));

        assertThat(server.lastAccount()).contains("externalAccountBinding");
        String bound = server.lastAccount().replaceAll("(?s).*\"externalAccountBinding\":\\{[^}]*\"protected\":\"([^\"]*)\".*", "$1");
        assertThat(new String(Base64.getUrlDecoder().decode(bound))).contains("\"HS256\"", "\"kid-7\"");
    }

    @Test
    void ordersForAnRsaKeyIfToldSo() throws Exception {
        assertThat(order(config(Challenge.HTTP_01, KeyType.RSA, null)).key().getAlgorithm()).isEqualTo("RSA");
    }

    @Test
    void showsACertificateThatHoldsTheProofWhereHandshakesAreAsked() throws Exception {
        AtomicReference<Identity> shown = new AtomicReference<>();
        server.validation((name, _) -> {
            shown.set(board.certificates.get(name));
            return null;
        });

        order(config(Challenge.TLS_ALPN_01, KeyType.ECDSA, null));

        // RFC 8737 §3: the one name, and a critical extension that is the digest, in an OCTET STRING.
        assertThat(new Names(List.of("www.a.example")).in(shown.get())).isTrue();
        assertThat(shown.get().chain().getFirst().getCriticalExtensionOIDs()).contains("1.3.6.1.5.5.7.1.31");
        assertThat(shown.get().chain().getFirst().getExtensionValue("1.3.6.1.5.5.7.1.31")).hasSize(36).startsWith(4, 34, 4, 32);
        assertThat(board.certificates).isEmpty();
    }

    @Test
    void takesAnotherNonceWhereOneIsRefused() throws Exception {
        server.refuse("newOrder", 400, "badNonce", "too old", Map.of());
        server.validation((_, _) -> {
            server.forgetNonces();
            return null;
        });

        assertThat(NAMES.in(order())).isTrue();
        assertThat(server.ordersBegun()).as("the one refused, and the one made again").isEqualTo(2);
    }

    @Test
    void tellsWhenItMayAskAgain() {
        server.refuse("newOrder", 429, "rateLimited", "too many of them", Map.of("Retry-After", "3600"));
        Instant before = Instant.now();

        OrderFailed failed = failure();

        assertThat(failed).hasMessage("rateLimited: too many of them");
        assertThat(failed.notBefore()).isBetween(before.plusSeconds(3590), before.plusSeconds(3660));
    }

    @Test
    void asksEverMoreRarelyAndAsRarelyAsTheAuthorityWants() throws Exception {
        server.undecided("", "", "7", "3600", "", "", "", "");

        order();

        assertThat(pauses.subList(0, 2)).containsExactly(Duration.ofMillis(250), Duration.ofMillis(500));
        assertThat(pauses.get(2)).as("7 s by the authority's clock").isBetween(Duration.ofSeconds(5), Duration.ofSeconds(8));
        assertThat(pauses.subList(3, 8)).containsExactly(Duration.ofSeconds(30), Duration.ofSeconds(4), Duration.ofSeconds(5),
                Duration.ofSeconds(5), Duration.ofSeconds(5));
    }

    @Test
    void givesUpWhenItIsNotDecidedInTime() {
        server.undecided(Collections.nCopies(100, "").toArray(String[]::new));

        assertThat(failure()).hasMessage("the authority did not decide within 5 minutes");
        assertThat(waited).isBetween(Duration.ofMinutes(5), Duration.ofMinutes(6));
    }

    @Test
    void tellsWhichNameWasNotProvenAndWhy() {
        server.validation((name, _) -> name.startsWith("www") ? "nobody answers at port 80" : null);

        assertThat(failure()).hasMessage("www.a.example was not proven: unauthorized: nobody answers at port 80");
        assertThat(board.texts).isEmpty();
    }

    @Test
    void tellsWhyAnOrderIsRefused() {
        server.refuseOrders("that name is on a list");

        assertThat(failure()).hasMessage("the order was refused: rejectedIdentifier: that name is on a list");
    }

    @Test
    void tellsThatTheChallengeIsNotOffered() {
        server.challenges("dns-01 tls-alpn-01");

        assertThat(failure()).hasMessage("the authority offers no http-01 for a.example, only dns-01 tls-alpn-01");
    }

    @Test
    void refusesACertificateForAnotherKey() throws Exception {
        server.certifyOther(Signed.ellipticKey().getPublic());

        assertThat(failure()).hasMessage("the authority sent a certificate for another key, other names or another time");
    }

    @Test
    void refusesACertificateThatHasEnded() throws Exception {
        server.lifetime(Duration.ofSeconds(0));

        assertThat(failure()).hasMessageContaining("another time");
    }

    @Test
    void tellsWhatAnAuthorityMeansThatIsNoAuthority() {
        server.refuse("directory", 500, "serverInternal", "out of order\\u0007", Map.of());

        assertThat(failure()).hasMessage("serverInternal: out of order");
    }

    @Test
    void tellsThatNobodyAnswers() {
        AcmeConfig config = config(Challenge.HTTP_01, KeyType.ECDSA, null);
        server.close();

        assertThatExceptionOfType(OrderFailed.class).isThrownBy(() -> order(config)).withMessage("the authority can't be reached: ConnectException");
    }

    @Test
    void asksNobodyWhoseCertificateItDoesNotTrust() throws Exception {
        ScriptedAuthority other = ScriptedAuthority.start(directory.resolve("ca.pem"));
        other.close();

        assertThat(failure()).hasMessageContaining("PKIX path");
        assertThat(server.seen()).isEmpty();
    }

    @Test
    void tellsThatTheFileOfTrustIsMissing() throws Exception {
        Files.delete(directory.resolve("ca.pem"));

        assertThat(failure()).hasMessageContaining("acme.ca").hasMessageContaining("ca.pem");
    }

    @Test
    void tellsThatTheFileOfTrustHoldsNothing() throws Exception {
        Files.writeString(directory.resolve("ca.pem"), "nothing\n");

        assertThat(failure()).hasMessageContaining("acme.ca");
    }

    @Test
    void givesUpWhenItIsInterrupted() {
        Thread ordering = Thread.currentThread();
        server.validation((_, _) -> {
            ordering.interrupt();
            new CountDownLatch(1).await();
            return null;
        });

        assertThatExceptionOfType(InterruptedException.class).isThrownBy(this::order);
        assertThat(board.texts).isEmpty();
    }
}
