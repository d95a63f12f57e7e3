package io.sluice.service;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.sluice.config.ServiceConfig.KeyConfig;
import io.sluice.http.RequestHead;
import io.sluice.http.RequestHeads;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HashKeyTest {
    private static final InetAddress CLIENT = InetAddress.ofLiteral("192.0.2.7");

    private final HashKey header = HashKey.of(new KeyConfig.Header("X-User"));
    private final HashKey cookie = HashKey.of(new KeyConfig.Cookie("sid"));

    @Test
    void goesByTheValueOfTheFirstHeaderOfThatName() {
        long alice = header.of(head("x-USER: alice"), CLIENT);

        assertThat(header.of(head("Accept: */*", "X-User:  alice ", "X-User: bob"), null)).isEqualTo(alice);
        assertThat(header.of(head("X-User: bob"), CLIENT)).isNotEqualTo(alice);
        assertThat(header.of(head("X-User: Alice"), CLIENT)).isNotEqualTo(alice);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "Cookie: sid=42",
        "Cookie: a=1; sid=42; b=2",
        "Cookie: a=1;sid=42 ; b=2",
        "cookie: \t sid=42;",
        "Cookie: xsid=1; SID=2; sid=42; sid=43",
        "Cookie: =;; ;sid; sid=42",
        "Cookie: a=sid=1; sid=42",
    })
    void findsTheCookieWhereverItStands(String line) {
        assertThat(cookie.of(head(line), CLIENT)).isEqualTo(cookie.of(head("Cookie: sid=42"), CLIENT));
    }

    @Test
    void findsTheCookieInALaterLine() {
        assertThat(cookie.of(head("Cookie: a=1", "Cookie: b=1; sid=42"), CLIENT))
                .isEqualTo(cookie.of(head("Cookie: sid=42"), CLIENT));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "Cookie: xsid=42", "Cookie: sid", "Cookie: si=d=42", "Cookie: SID=42", "Cookie: a=1;", "Set-Cookie: sid=42",
        "X: sid=42",
    })
    void sendsRequestsWithoutTheCookieAnywhere(String line) {
        assertThat(distinct(cookie, head(line))).isGreaterThan(90);
    }

    @Test
    void sendsRequestsWithoutTheHeaderAnywhere() {
        assertThat(distinct(header, head("X-User-Agent: alice"))).isGreaterThan(90);
        assertThat(distinct(header, null)).isGreaterThan(90);
    }

    @Test
    void takesAnEmptyValueForAValue() {
        assertThat(distinct(header, head("X-User:"))).isEqualTo(1);
        assertThat(distinct(cookie, head("Cookie: sid="))).isEqualTo(1);
    }

    @Test
    void goesByThePathWithoutItsQuery() {
        HashKey path = HashKey.of(new KeyConfig.Path());
        long a = path.of(RequestHeads.of("GET /a HTTP/1.1", "Host: x"), CLIENT);

        assertThat(path.of(RequestHeads.of("POST /a?q=1 HTTP/1.1", "Host: y"), null)).isEqualTo(a);
        assertThat(path.of(RequestHeads.of("GET /A HTTP/1.1", "Host: x"), CLIENT)).isNotEqualTo(a);
    }

    @ParameterizedTest
    @CsvSource({"192.0.2.7, 192.0.2.8", "2001:db8::7, 2001:db8::8"})
    void goesByTheClientsAddress(String one, String other) {
        HashKey key = HashKey.of(new KeyConfig.ClientAddress());
        long first = key.of(head("X: 1"), InetAddress.ofLiteral(one));

        assertThat(key.of(null, InetAddress.ofLiteral(one))).isEqualTo(first);
        assertThat(key.of(null, InetAddress.ofLiteral(other))).isNotEqualTo(first);
    }

    @Test
    void makesNoGarbage() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        InetAddress client = InetAddress.ofLiteral("2001:db8::7");
        RequestHead head = head("Accept: */*", "X-User: alice", "Cookie: a=1; sid=42");
        HashKey[] keys = {
            header, cookie, HashKey.of(new KeyConfig.Path()), HashKey.of(new KeyConfig.ClientAddress()),
            HashKey.of(new KeyConfig.Header("missing"))
        };
        long sum = sum(keys, head, client);

        long before = threads.getCurrentThreadAllocatedBytes();
        sum += sum(keys, head, client);

        assertThat((threads.getCurrentThreadAllocatedBytes() - before) / 100_000.0).isLessThan(2);
        assertThat(sum).isNotZero();
    }

    private static long sum(HashKey[] keys, RequestHead head, InetAddress client) {
        long sum = 0;
        for (int i = 0; i < 20_000; i++) {
            for (HashKey key : keys) {
                sum += key.of(head, client);
            }
        }
        return sum;
    }

    private static int distinct(HashKey key, RequestHead head) {
        Set<Long> found = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            found.add(key.of(head, CLIENT));
        }
        return found.size();
    }

    private static RequestHead head(String... lines) {
        List<String> all = new ArrayList<>(List.of("GET / HTTP/1.1", "Host: example.com"));
        all.addAll(List.of(lines));
        return RequestHeads.of(all.toArray(String[]::new));
    }
}
