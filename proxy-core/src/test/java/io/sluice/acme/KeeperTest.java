package io.sluice.acme;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.AcmeConfig;
import io.sluice.config.AcmeConfig.Challenge;
import io.sluice.config.AcmeConfig.KeyType;
import io.sluice.pem.Identity;
import io.sluice.pem.Signed;
import io.sluice.telemetry.AcmeMeters;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When certificates are ordered, and what becomes of failures; by a clock that is set, and an authority that is told. */
final class KeeperTest {
    private static final Names A = new Names(List.of("a.example"));
    private static final Names B = new Names(List.of("b.example"));
    private static final Duration HOUR = Duration.ofHours(1);
    /** A placeholder begins an hour before it is made. */
    private static final Duration LIFETIME = Duration.ofDays(90).minus(HOUR);

    @TempDir
    private Path directory;

    private final AcmeMeters meters = new AcmeMeters();
    private final List<Names> ordered = new ArrayList<>();
    private final Map<Names, Identity> used = new HashMap<>();
    private Instant now = Instant.parse("2026-11-21T12:00:00Z");
    private double random = 0.5;
    private Duration lifetime = LIFETIME;
    private OrderFailed refusal;

    private Keeper keeper() {
        return new Keeper(
                new Keeper.Surroundings(() -> now, () -> random, (_, _) -> this::order), meters, used::put);
    }

    private Identity order(Names names) throws OrderFailed {
        ordered.add(names);
        if (refusal != null) {
            throw refusal;
        }
        return Signed.certificate(names.all(), now, lifetime);
    }

    private AcmeConfig config(String renewBefore) {
        return new AcmeConfig(URI.create("https://ca.example/dir"), null, directory.resolve("kept"), Challenge.HTTP_01,
                Duration.parse(renewBefore), KeyType.ECDSA, null, null);
    }

    private Keeper following(Names... names) {
        Keeper keeper = keeper();
        keeper.follow(config("PT0S"), List.of(names));
        return keeper;
    }

    @Test
    void ordersWhatIsMissingAtOnce() throws InterruptedException {
        Keeper keeper = following(A, B);
        keeper.work();

        assertThat(ordered).containsExactly(A, B);
        assertThat(used).containsOnlyKeys(A, B);
        assertThat(meters.issuedCount()).isEqualTo(2);
        assertThat(meters.missing()).isZero();
    }

    @Test
    void renewsWithAThirdOfTheLifetimeLeftOrATenthOfThatLater() throws InterruptedException {
        random = 0;
        assertThat(following(A).work()).isEqualTo(now.plus(Duration.ofDays(60)).minus(HOUR));
        random = 1;
        assertThat(following(B).work()).isEqualTo(now.plus(Duration.ofDays(63)).minus(HOUR));
    }

    @Test
    void renewsWhenToldTo() throws InterruptedException {
        random = 0;
        Keeper keeper = keeper();
        keeper.follow(config("P10D"), List.of(A));

        assertThat(keeper.work()).isEqualTo(now.plus(Duration.ofDays(80)).minus(HOUR));
    }

    @Test
    void neverRenewsBeforeHalfTheLifetimeIsOver() throws InterruptedException {
        random = 0;
        Keeper keeper = keeper();
        keeper.follow(config("P300D"), List.of(A));

        assertThat(keeper.work()).isEqualTo(now.plus(Duration.ofDays(45)).minus(HOUR));
        keeper.work();
        assertThat(ordered).hasSize(1);
    }

    @Test
    void aRenewalTakesThePlaceOfTheFirst() throws InterruptedException {
        Keeper keeper = following(A);
        now = keeper.work();
        Identity first = used.get(A);

        keeper.work();

        assertThat(ordered).containsExactly(A, A);
        assertThat(used.get(A).expires()).isAfter(first.expires());
    }

    @Test
    void aRestartOrdersNothing() throws InterruptedException {
        following(A).work();
        Identity first = used.remove(A);

        Keeper restarted = following(A);
        restarted.work();

        assertThat(ordered).hasSize(1);
        assertThat(used.get(A).chain()).isEqualTo(first.chain());
        assertThat(meters.missing()).isZero();
    }

    @Test
    void aRestartUsesWhatHasEndedUntilThereIsAnother() throws InterruptedException {
        following(A).work();
        now = now.plus(LIFETIME).plusSeconds(1);
        refusal = new OrderFailed("no", null, null);
        used.clear();

        following(A).work();

        assertThat(ordered).hasSize(2);
        assertThat(used).containsKey(A);
    }

    @Test
    void waitsTwiceAsLongAfterEachFailureUpToSixHours() throws InterruptedException {
        refusal = new OrderFailed("no", null, null);
        Keeper keeper = following(A);
        List<Long> minutes = new ArrayList<>();
        for (int i = 0; i < 14; i++) {
            Instant next = keeper.work();
            minutes.add(Duration.between(now, next).toMinutes());
            now = next;
        }

        assertThat(minutes).containsExactly(1L, 2L, 4L, 8L, 16L, 32L, 64L, 128L, 256L, 360L, 360L, 360L, 360L, 360L);
        assertThat(meters.failedCount()).isEqualTo(14);
        assertThat(meters.failing()).isEqualTo(1);
        assertThat(meters.missing()).isEqualTo(1);
    }

    @Test
    void waitsAFifthMoreOrLess() throws InterruptedException {
        refusal = new OrderFailed("no", null, null);
        random = 0;
        assertThat(following(A).work()).isEqualTo(now.plusSeconds(48));
        random = 1;
        assertThat(following(B).work()).isEqualTo(now.plusSeconds(72));
    }

    @Test
    void waitsAsLongAsTheAuthorityWantsButNoMoreThanADay() throws InterruptedException {
        refusal = new OrderFailed("no", now.plus(Duration.ofHours(3)), null);
        assertThat(following(A).work()).isEqualTo(now.plus(Duration.ofHours(3)));
        refusal = new OrderFailed("no", now.plus(Duration.ofDays(300)), null);
        assertThat(following(B).work()).isEqualTo(now.plus(Duration.ofDays(1)));
    }

    @Test
    void asksNotBeforeItsTurnAndForgetsFailuresOnceItSucceeds() throws InterruptedException {
        refusal = new OrderFailed("no", null, null);
        Keeper keeper = following(A);
        Instant next = keeper.work();
        keeper.work();
        assertThat(ordered).hasSize(1);

        now = next;
        refusal = null;
        keeper.work();

        assertThat(used).containsKey(A);
        assertThat(meters.failing()).isZero();
    }

    @Test
    void whatFailsLeavesTheOldOneInUseAndTheOthersAlone() throws InterruptedException {
        Keeper keeper = following(A, B);
        keeper.work();
        Identity first = used.get(A);
        now = now.plus(Duration.ofDays(70));
        refusal = new OrderFailed("the authority is down", null, null);

        keeper.work();

        assertThat(used.get(A)).isSameAs(first);
        assertThat(ordered).containsExactly(A, B, A, B);
        assertThat(meters.failing()).isEqualTo(2);
        assertThat(meters.missing()).isZero();
    }

    @Test
    void takesWhatAnotherProcessHasOrdered() throws InterruptedException {
        Keeper one = following(A);
        Keeper other = following(A);
        one.work();

        other.work();

        assertThat(ordered).hasSize(1);
    }

    @Test
    void takesARenewalThatAnotherProcessHasMade() throws InterruptedException {
        Keeper one = following(A);
        one.work();
        Keeper other = following(A);
        now = now.plus(Duration.ofDays(70));
        one.work();
        Identity renewed = used.get(A);
        used.clear();

        other.work();

        assertThat(ordered).hasSize(2);
        assertThat(used.get(A).chain()).isEqualTo(renewed.chain());
    }

    @Test
    void looksAgainSoonWhileAnotherProcessOrders() throws Exception {
        Keeper keeper = following(A);
        try (Storage.Lock _ = new Storage(config("PT0S")).tryLock()) {
            assertThat(keeper.work()).isEqualTo(now.plusSeconds(10));
        }
        now = now.plusSeconds(10);
        keeper.work();

        assertThat(ordered).containsExactly(A);
        assertThat(meters.failedCount()).isZero();
    }

    @Test
    void countsAStorageThatCannotBeUsedAsAFailure() throws Exception {
        Files.writeString(directory.resolve("kept"), "a file");
        Keeper keeper = following(A);
        keeper.work();

        assertThat(ordered).isEmpty();
        assertThat(meters.failedCount()).isEqualTo(1);
    }

    @Test
    void usesACertificateThatCannotBeKept() throws Exception {
        Keeper keeper = new Keeper(
                new Keeper.Surroundings(() -> now, () -> random, (_, _) -> names -> {
                    lose(directory.resolve("kept"));
                    return order(names);
                }), meters, used::put);
        keeper.follow(config("PT0S"), List.of(A));
        keeper.work();

        assertThat(used).containsKey(A);
        assertThat(meters.issuedCount()).isEqualTo(1);
    }

    private static void lose(Path kept) {
        try {
            Files.move(kept, kept.resolveSibling("elsewhere"));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aDefectIsAFailureNotTheEnd() throws InterruptedException {
        Keeper keeper = new Keeper(
                new Keeper.Surroundings(() -> now, () -> random, (_, _) -> _ -> {
                    throw new IllegalStateException("a defect");
                }), meters, used::put);
        keeper.follow(config("PT0S"), List.of(A));

        assertThat(keeper.work()).isEqualTo(now.plusSeconds(60));
        assertThat(meters.failedCount()).isEqualTo(1);
    }

    @Test
    void whatIsWantedNoLongerIsNotRenewed() throws InterruptedException {
        Keeper keeper = following(A, B);
        keeper.work();
        now = now.plus(Duration.ofDays(70));
        keeper.follow(config("PT0S"), List.of(B));
        keeper.work();

        assertThat(ordered).containsExactly(A, B, B);
    }

    @Test
    void nothingIsDueWhereNothingIsWanted() throws InterruptedException {
        Keeper keeper = following(A);
        keeper.follow(null, List.of());

        assertThat(keeper.work()).isNull();
        assertThat(ordered).isEmpty();
    }

    @Test
    void aReloadThatChangesNothingOrdersNothing() throws InterruptedException {
        Keeper keeper = following(A);
        keeper.work();
        keeper.follow(config("PT0S"), List.of(A));
        keeper.work();

        assertThat(ordered).hasSize(1);
    }

    @Test
    void aFailureIsNotForgottenByAReload() throws InterruptedException {
        refusal = new OrderFailed("no", null, null);
        Keeper keeper = following(A);
        keeper.work();
        keeper.follow(config("PT0S"), List.of(A));
        keeper.work();

        assertThat(ordered).as("a reload must not turn into a storm of orders").hasSize(1);
    }
}
