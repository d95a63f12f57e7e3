package io.sluice.service;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.sluice.config.ConfigException;
import io.sluice.config.ConfigReader;
import io.sluice.http.ProxyError;
import io.sluice.http.RequestHead;
import io.sluice.http.RequestHeads;
import io.sluice.http.ResponseHead;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StickyCookieTest {
    private static final String SECRET = "sixteen-or-longer";
    private static final String OTHER = "another-of-sixteen";

    private final Service service = service("app", "secrets: " + SECRET, 3);

    private static Service service(String name, String sticky, int endpoints) {
        String addresses = String.join(", ", IntStream.range(0, endpoints).mapToObj(i -> "\"10.0.0.1:" + (i + 1) + "\"").toList());
        try {
            return new Service(0, new ConfigReader(Map.of()).read("test", """
                    listeners: [{ address: ":8080" }]
                    routes: [{ service: %s }]
                    services: { %s: { endpoints: [%s], sticky: { %s } } }
                    """.formatted(name, name, addresses, sticky)).services().get(name));
        } catch (ConfigException e) {
            throw new AssertionError(e);
        }
    }

    private static RequestHead head(String... lines) {
        List<String> all = new ArrayList<>(List.of("GET / HTTP/1.1", "Host: a"));
        all.addAll(List.of(lines));
        return RequestHeads.of(all.toArray(String[]::new));
    }

    /** What a client without a cookie is told when this endpoint has answered. */
    private static String told(Service service, int endpoint, String... request) {
        ResponseHead response = RequestHeads.response(200);
        service.sticky().session(head(request)).answered(service.endpoints().get(endpoint), response);
        int field = response.next("set-cookie".getBytes(), 0);
        return field < 0 ? "" : response.value(field);
    }

    private static String cookie(Service service, int endpoint) {
        return told(service, endpoint).split(";")[0];
    }

    private static Endpoint wanted(Service service, String... lines) {
        return service.sticky().session(head(lines)).wanted();
    }

    @Test
    void setsACookieWithWhatWasConfigured() {
        assertThat(told(service, 0)).matches("sluice_app=[A-Za-z0-9_-]{22}; Path=/; HttpOnly; SameSite=Lax");
        assertThat(told(service("app", "secrets: " + SECRET + ", cookie: sid, maxAge: 1h, path: /shop, sameSite: Strict", 1), 0))
                .matches("sid=[A-Za-z0-9_-]{22}; Path=/shop; Max-Age=3600; HttpOnly; SameSite=Strict");
        assertThat(told(service("app", "secrets: " + SECRET + ", sameSite: None, secure: true", 1), 0))
                .endsWith("; HttpOnly; SameSite=None; Secure");
    }

    @Test
    void isForEncryptedConnectionsWhereTheRequestCameByOne() {
        assertThat(told(service, 0, "X-Forwarded-Proto: https")).endsWith("; Secure");
        assertThat(told(service, 0, "X-Forwarded-Proto: HTTPS")).endsWith("; Secure");
        assertThat(told(service, 0, "X-Forwarded-Proto: http")).endsWith("SameSite=Lax");
        assertThat(told(service("app", "secrets: " + SECRET + ", secure: false", 1), 0, "X-Forwarded-Proto: https"))
                .endsWith("SameSite=Lax");
    }

    @Test
    void namesEachEndpointByAValueOfItsOwnThatTellsNothingOfIt() {
        Set<String> values = new HashSet<>();
        for (int i = 0; i < 3; i++) {
            values.add(cookie(service, i));
            values.add(cookie(service("other", "cookie: sluice_app, secrets: " + SECRET, 3), i));
            values.add(cookie(service("app", "secrets: " + OTHER, 3), i));
        }

        assertThat(values).hasSize(9);
        assertThat(cookie(service("app", "secrets: " + SECRET, 3), 1)).as("on every Sluice").isEqualTo(cookie(service, 1));
        assertThat(cookie(service, 0)).doesNotContain("10.0");
    }

    @Test
    void readsWhatItSet() {
        Service many = service("app", "secrets: [" + SECRET + ", " + OTHER + "]", 500);
        for (int i = 0; i < 500; i++) {
            assertThat(wanted(many, "Cookie: a=b; " + cookie(many, i) + " ; c=d")).isSameAs(many.endpoints().get(i));
        }
        assertThat(wanted(service, "Cookie: a=b", "Cookie: " + cookie(service, 2))).isSameAs(service.endpoints().get(2));
        assertThat(wanted(service)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "sluice_app=", "sluice_app=AAAAAAAAAAAAAAAAAAAAAA", "sluice_app=AAAAAAAAAAAAAAAAAAAAA", "sluice_app=\"GOOD\"",
        "sluice_app=GOODA", "sluice_app=GOOD=", "sluice_app=GOOD; sluice_app=GOOD", "sluice_app=GOOD; sluice_app=",
        "sluice_app=; a=b; sluice_app=GOOD", "sluice_app=GO OD", "sluice_app=\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9"
            + "\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9",
        "sluice_app=..........------------", "sluice_app=\t!!!!!!!!!!!!!!!!!!!!!!",
    })
    void refusesWhatItDidNotSet(String cookies) {
        String good = cookie(service, 1).substring("sluice_app=".length());

        String line = "Cookie: " + cookies.replace("GOOD", good);

        assertThat(wanted(service, line)).isNull();
        assertThat(told(service, 1, line)).as("a new one").startsWith("sluice_app=" + good);
    }

    @Test
    void refusesEveryValueThatIsOffByOneCharacter() {
        String good = cookie(service, 1);
        String letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/=.,";
        int refused = 0;
        for (int at = "sluice_app=".length(); at < good.length(); at++) {
            for (char letter : letters.toCharArray()) {
                if (letter != good.charAt(at)) {
                    assertThat(wanted(service, "Cookie: " + good.substring(0, at) + letter + good.substring(at + 1))).isNull();
                    refused++;
                }
            }
        }
        assertThat(refused).isEqualTo(22 * (letters.length() - 1));
    }

    @Test
    void refusesOneThatStandsInTwoLines() {
        String line = "Cookie: " + cookie(service, 1);

        assertThat(wanted(service, line, line)).isNull();
        assertThat(wanted(service, line, "Cookie: xsluice_app=1; SLUICE_APP=2")).isNotNull();
    }

    @Test
    void refusesWhatAnotherServiceSet() {
        Service other = service("other", "cookie: sluice_app, secrets: " + SECRET, 3);

        assertThat(wanted(service, "Cookie: " + cookie(other, 1))).isNull();
    }

    @Test
    void believesEverySecretAndSignsByTheFirst() {
        Service rotated = service("app", "secrets: [" + OTHER + ", " + SECRET + "]", 3);
        String old = "Cookie: " + cookie(service, 2);

        assertThat(wanted(rotated, old)).isSameAs(rotated.endpoints().get(2));
        assertThat(told(rotated, 2, old)).as("renewed").startsWith(cookie(service("app", "secrets: " + OTHER, 3), 2));
        assertThat(told(rotated, 2, "Cookie: " + cookie(rotated, 2))).isEmpty();
        assertThat(wanted(service("app", "secrets: " + OTHER, 3), old)).isNull();
        assertThat(told(service("app", "secrets: [" + SECRET + ", " + SECRET + "]", 3), 2, old)).as("twice the same").isEmpty();
    }

    @Test
    void tellsAClientOnlyOfAChange() {
        String line = "Cookie: " + cookie(service, 1);

        assertThat(told(service, 1, line)).isEmpty();
        assertThat(told(service, 2, line)).startsWith(cookie(service, 2));
    }

    @Test
    void seeksAnotherEndpointOnlyWhereTheFailureSpeaksAgainstIt() {
        Session session = service.sticky().session(head("Cookie: " + cookie(service, 1)));

        session.failed(ProxyError.REUSED_CONNECTION_CLOSED);
        assertThat(session.wanted()).isSameAs(service.endpoints().get(1));
        session.failed(ProxyError.CONNECT_FAILED);
        assertThat(session.wanted()).isNull();
    }

    @Test
    void isNotThereUnlessConfigured() throws ConfigException {
        assertThat(new Service(0, new ConfigReader(Map.of()).read("test", """
                listeners: [{ address: ":8080" }]
                routes: [{ service: app }]
                services: { app: { endpoints: ["10.0.0.1:1"] } }
                """).services().get("app")).sticky()).isNull();
    }

    @Test
    void findsACookieAmongTenThousandWithoutAllocating() {
        Service large = service("app", "secrets: [" + SECRET + ", " + OTHER + "]", 10_000);
        RequestHead head = head("Accept: */*", "Cookie: a=b; " + cookie(large, 9_999) + "; c=d");
        StickyCookie cookie = large.sticky();
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long id = Thread.currentThread().threadId();
        int found = 0;
        for (int i = 0; i < 20_000; i++) {
            found += cookie.find(head) == 9_999 ? 1 : 0;
        }

        long before = threads.getThreadAllocatedBytes(id);
        for (int i = 0; i < 10_000; i++) {
            found += cookie.find(head) == 9_999 ? 1 : 0;
        }
        long allocated = threads.getThreadAllocatedBytes(id) - before;

        assertThat(found).isEqualTo(30_000);
        assertThat(allocated).isLessThan(10_000);
    }
}
