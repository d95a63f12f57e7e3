package io.sluice.filter;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.sluice.config.Cidr;
import io.sluice.config.RateLimitConfig;
import io.sluice.config.RateLimitConfig.Rate;
import io.sluice.config.RateLimitConfig.RateKey;
import io.sluice.http.Peer;
import io.sluice.http.RequestHead;
import io.sluice.http.RequestHeads;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RateLimitTest {
    private static final InetSocketAddress HERE = new InetSocketAddress("10.1.1.1", 80);

    private final Forwarding forwarding = new Forwarding(List.of(new Cidr(InetAddress.ofLiteral("10.0.0.0"), 8)));

    private static RateLimit limit(RateKey key) {
        return new RateLimit(new RateLimitConfig(new Rate(1, Duration.ofMinutes(1)), 1, key), 0);
    }

    private static Peer peer(String address, boolean trusted) {
        return new Peer(new InetSocketAddress(InetAddress.ofLiteral(address), 5), HERE, null, trusted, 0);
    }

    private static RequestHead head(String... fields) {
        String[] lines = new String[fields.length + 2];
        lines[0] = "GET / HTTP/1.1";
        lines[1] = "Host: a";
        System.arraycopy(fields, 0, lines, 2, fields.length);
        return RequestHeads.of(lines);
    }

    private long key(RateLimit limit, Peer peer, String... fields) {
        return limit.key(head(fields), forwarding, peer);
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.1, 192.0.2.1, true",
        "192.0.2.1, 192.0.2.2, false",
        "192.0.2.1, ::ffff:192.0.2.1, true",
        "2001:db8::1, 2001:db8::2, true",
        "2001:db8::1, 2001:db8:0:0:ffff::1, true",
        "2001:db8::1, 2001:db8:0:1::1, false",
        "0.0.0.1, ::1, false",
    })
    void countsByAddressAndOfIPv6ByItsSubnet(String one, String other, boolean same) {
        RateLimit limit = limit(new RateKey.ClientAddress());

        assertThat(key(limit, peer(one, false)) == key(limit, peer(other, false))).isEqualTo(same);
    }

    @Test
    void believesForwardingFieldsOfTrustedProxiesOnly() {
        RateLimit limit = limit(new RateKey.ClientAddress());
        long client = key(limit, peer("192.0.2.1", false));

        assertThat(key(limit, peer("10.0.0.1", true), "X-Forwarded-For: 198.51.100.1, 192.0.2.1, 10.0.0.9")).isEqualTo(client);
        assertThat(key(limit, peer("192.0.2.1", false), "X-Forwarded-For: 198.51.100.1")).isEqualTo(client);
    }

    @Test
    void countsByAllValuesOfAHeader() {
        RateLimit limit = limit(new RateKey.Header("x-api-key"));
        Peer peer = peer("192.0.2.1", false);
        long abc = key(limit, peer, "X-Api-Key: abc");

        assertThat(key(limit, peer("192.0.2.9", false), "x-api-key: abc")).isEqualTo(abc);
        assertThat(key(limit, peer, "X-Api-Key: abd")).isNotEqualTo(abc);
        assertThat(key(limit, peer, "X-Api-Key: abc", "X-Api-Key: d")).isNotEqualTo(abc);
        assertThat(key(limit, peer, "X-Api-Key: ab", "X-Api-Key: c")).isNotEqualTo(abc);
        assertThat(key(limit, peer)).isNotEqualTo(abc).isEqualTo(key(limit, peer("192.0.2.9", false), "Other: 1"));
    }

    @Test
    void countsAllTogetherWhereThereIsNoKey() {
        RateLimit limit = limit(new RateKey.None());

        assertThat(key(limit, peer("192.0.2.1", false))).isEqualTo(key(limit, peer("192.0.2.2", false), "A: b"));
    }

    @Test
    void refusesWhoComesTooOften() {
        RateLimit limit = limit(new RateKey.ClientAddress());
        long one = key(limit, peer("192.0.2.1", false));

        assertThat(limit.take(one, 0)).isTrue();
        assertThat(limit.take(one, Duration.ofSeconds(59).toNanos())).isFalse();
        assertThat(limit.take(key(limit, peer("192.0.2.2", false)), 0)).isTrue();
        assertThat(limit.take(one, Duration.ofSeconds(60).toNanos())).isTrue();
    }

    @Test
    void goesOnAfterAReloadOnTheSameTerms() {
        RateLimitConfig config = new RateLimitConfig(new Rate(1, Duration.ofMinutes(1)), 1, new RateKey.Header("x-api-key"));
        RateLimit before = RateLimit.of(config, null);
        RateLimitConfig same = new RateLimitConfig(new Rate(1, Duration.ofMinutes(1)), 1, new RateKey.Header("x-api-key"));
        RateLimitConfig other = new RateLimitConfig(new Rate(2, Duration.ofMinutes(1)), 1, new RateKey.Header("x-api-key"));

        assertThat(RateLimit.of(same, before)).isSameAs(before);
        assertThat(RateLimit.of(other, before)).isNotNull().isNotSameAs(before);
        assertThat(RateLimit.of(null, before)).isNull();
    }

    @ParameterizedTest
    @CsvSource({"100, PT1S, 1", "1, PT1S, 1", "40, PT1M, 2", "1, PT1M, 60", "1, PT1H, 3600"})
    void saysWhenTheNextTokenComes(int count, Duration per, int seconds) {
        RateLimitConfig config = new RateLimitConfig(new Rate(count, per), 1, new RateKey.None());

        assertThat(RateLimit.of(config, null).retryAfterSeconds()).isEqualTo(seconds);
    }

    @Test
    void fillsUpAtTheHighestRateThere() {
        RateLimit limit = new RateLimit(
                new RateLimitConfig(new Rate(1_000_000, Duration.ofSeconds(1)), 1_000_000, new RateKey.None()), 0);
        int taken = 0;
        while (limit.take(1, 0)) {
            taken++;
        }

        assertThat(taken).isEqualTo(1_000_000);
        assertThat(limit.take(1, 1000)).isTrue();
        assertThat(limit.take(1, 1000)).isFalse();
    }

    @Test
    void allocatesNothing() {
        RateLimit byAddress = limit(new RateKey.ClientAddress());
        RateLimit byHeader = limit(new RateKey.Header("x-api-key"));
        Peer peer = peer("2001:db8::1", false);
        RequestHead head = head("X-Api-Key: abc");
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = 0;
        for (int i = 0; i < 40_000; i++) {
            if (i == 20_000) {
                before = threads.getCurrentThreadAllocatedBytes();
            }
            byAddress.take(byAddress.key(head, forwarding, peer), i);
            byHeader.take(byHeader.key(head, forwarding, peer), i);
        }

        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(20_000);
    }
}
