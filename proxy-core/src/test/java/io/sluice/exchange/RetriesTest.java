package io.sluice.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.RetryConfig;
import io.sluice.config.ServiceConfigBuilder;
import io.sluice.http.Method;
import io.sluice.http.ProxyError;
import io.sluice.service.Service;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** {@link Retries} and the {@link RetryBudget} they take from. */
class RetriesTest {
    private static final RetryConfig TWO = new RetryConfig(2, 20, 10, 65536);

    private final RetryBudget budget = new RetryBudget();
    private final Service two = service(2);

    private static Service service(int endpoints) {
        return new Service(0, new ServiceConfigBuilder("app").ports(IntStream.rangeClosed(1, endpoints).toArray()).build());
    }

    private int placesLeft(RetryConfig config) {
        int taken = 0;
        while (budget.take(two, config)) {
            taken++;
        }
        for (int i = 0; i < taken; i++) {
            budget.giveBack();
        }
        return taken;
    }

    // ---- what one exchange may ----

    @ParameterizedTest
    @EnumSource(ProxyError.class)
    void allowsNothingForAFailureThatMayHaveDoneSomething(ProxyError error) {
        boolean allowed = new Retries(budget, TWO).allow(error, Method.GET, two);

        assertThat(allowed).isEqualTo(switch (error) {
            case CONNECT_FAILED, CONNECT_TIMEOUT, BACKEND_TLS_HANDSHAKE, BACKEND_TLS_UNTRUSTED, BACKEND_TLS_BROKEN, NOT_HTTP2,
                    REUSED_CONNECTION_CLOSED, BACKEND_CLOSED, BACKEND_RESET,
                    STREAM_RESET, STREAM_REFUSED, BACKEND_UNRESPONSIVE -> true;
            default -> false;
        });
    }

    @ParameterizedTest
    @EnumSource(Method.class)
    void sendsAgainOverANewConnectionOnlyWhatIsIdempotent(Method method) {
        // RFC 9110 §9.2.2
        assertThat(new Retries(budget, TWO).allow(ProxyError.REUSED_CONNECTION_CLOSED, method, two))
                .isEqualTo(switch (method) {
                    case GET, HEAD, PUT, DELETE, OPTIONS, TRACE -> true;
                    case POST, PATCH, CONNECT, OTHER -> false;
                });
        assertThat(new Retries(budget, TWO).allow(ProxyError.CONNECT_FAILED, method, two)).isTrue();
    }

    @Test
    void whatWasNotProcessedIsSentAgainToTheOnlyEndpoint() {
        Service one = service(1);

        assertThat(new Retries(budget, TWO).allow(ProxyError.STREAM_REFUSED, Method.POST, one)).isTrue();
        assertThat(new Retries(budget, TWO).allow(ProxyError.CONNECT_FAILED, Method.POST, one)).isFalse();
        assertThat(new Retries(budget, new RetryConfig(0, 20, 10, 65536)).allow(ProxyError.STREAM_REFUSED, Method.GET, one))
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 1", "2, 2", "10, 10"})
    void triesSoManyFurtherEndpoints(int attempts, int allowed) {
        Retries retries = new Retries(budget, new RetryConfig(attempts, 20, 10, 65536));
        int count = 0;
        while (retries.allow(ProxyError.CONNECT_FAILED, Method.GET, two)) {
            count++;
        }

        assertThat(count).isEqualTo(allowed);
    }

    @Test
    void sendsAgainOverANewConnectionOnceAndNotIfSwitchedOff() {
        Retries retries = new Retries(budget, TWO);
        assertThat(retries.allow(ProxyError.REUSED_CONNECTION_CLOSED, Method.GET, service(1))).isTrue();
        assertThat(retries.allow(ProxyError.REUSED_CONNECTION_CLOSED, Method.GET, two)).isFalse();
        assertThat(retries.allow(ProxyError.CONNECT_FAILED, Method.GET, two)).as("counted apart").isTrue();

        assertThat(new Retries(budget, new RetryConfig(0, 20, 10, 65536))
                .allow(ProxyError.REUSED_CONNECTION_CLOSED, Method.GET, two)).isFalse();
    }

    @Test
    void triesNoOtherEndpointWhereThereIsNone() {
        assertThat(new Retries(budget, TWO).allow(ProxyError.CONNECT_FAILED, Method.GET, service(1))).isFalse();
    }

    @ParameterizedTest
    @EnumSource(value = ProxyError.class, names = {"BACKEND_CLOSED", "BACKEND_RESET"})
    void sendsAgainElsewhereWhatDiedOnANewConnectionOnceAndOnlyIfIdempotent(ProxyError died) {
        Retries retries = new Retries(budget, TWO);
        assertThat(retries.allow(died, Method.POST, two)).isFalse();
        assertThat(retries.allow(died, Method.GET, service(1))).as("nowhere else").isFalse();
        assertThat(retries.allow(died, Method.GET, two)).isTrue();
        assertThat(retries.allow(died, Method.GET, two)).as("a second time").isFalse();
        assertThat(retries.allow(ProxyError.REUSED_CONNECTION_CLOSED, Method.GET, two)).as("counted together").isFalse();

        assertThat(new Retries(budget, new RetryConfig(0, 20, 10, 65536)).allow(died, Method.GET, two)).isFalse();
    }

    @Test
    void takesOnePlaceForAllItsAttemptsAndGivesItBackOnce() {
        Retries retries = new Retries(budget, TWO);
        retries.allow(ProxyError.BACKEND_RESET, Method.GET, two);
        retries.allow(ProxyError.CONNECT_FAILED, Method.GET, two);
        assertThat(placesLeft(TWO)).isEqualTo(9);

        retries.over();
        retries.over();

        assertThat(placesLeft(TWO)).isEqualTo(10);
    }

    @Test
    void takesNoPlaceWhereNobodyWasAskedYet() {
        RetryConfig none = new RetryConfig(2, 0, 0, 65536);

        assertThat(new Retries(budget, none).allow(ProxyError.CONNECT_FAILED, Method.POST, two)).isTrue();
        assertThat(new Retries(budget, none).allow(ProxyError.REUSED_CONNECTION_CLOSED, Method.GET, two)).isTrue();
        assertThat(new Retries(budget, none).allow(ProxyError.BACKEND_RESET, Method.GET, two)).isFalse();
    }

    @Test
    void takesNoPlaceIfItMayNot() {
        Retries retries = new Retries(budget, TWO);
        retries.allow(ProxyError.BACKEND_RESET, Method.POST, two);
        retries.allow(ProxyError.REUSED_CONNECTION_CLOSED, Method.POST, two);
        retries.over();

        assertThat(placesLeft(TWO)).isEqualTo(10);
    }

    // ---- what all may ----

    @ParameterizedTest
    @CsvSource({"0, 20, 10, 10", "50, 20, 10, 10", "55, 20, 10, 11", "100, 20, 10, 20", "100, 0, 3, 3", "100, 0, 0, 0",
        "7, 100, 0, 7"})
    void isAShareOfTheActiveRequestsButNeverLessThanAMinimum(int active, int percent, int min, int places) {
        for (int i = 0; i < active; i++) {
            two.endpoints().get(i % 2).begun();
        }

        assertThat(placesLeft(new RetryConfig(2, percent, min, 65536))).isEqualTo(places);
    }

    @Test
    void neverGivesMoreThanItsPlacesToManyThreads() throws InterruptedException {
        int places = 5;
        RetryConfig config = new RetryConfig(2, 0, places, 65536);
        AtomicInteger holding = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        AtomicInteger taken = new AtomicInteger();
        CountDownLatch start = new CountDownLatch(1);
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 8; t++) {
            threads.add(Thread.ofPlatform().start(() -> {
                awaitStart(start);
                for (int i = 0; i < 20_000; i++) {
                    if (budget.take(two, config)) {
                        most.accumulateAndGet(holding.incrementAndGet(), Math::max);
                        taken.incrementAndGet();
                        holding.decrementAndGet();
                        budget.giveBack();
                    }
                }
            }));
        }
        start.countDown();
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(most).hasValueLessThanOrEqualTo(places);
        assertThat(taken).hasPositiveValue();
        assertThat(placesLeft(config)).as("all were given back").isEqualTo(places);
    }

    private static void awaitStart(CountDownLatch start) {
        try {
            start.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
