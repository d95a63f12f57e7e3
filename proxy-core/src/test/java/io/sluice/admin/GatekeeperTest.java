package io.sluice.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.AdminConfig;
import io.sluice.config.HostPort;
import io.sluice.config.Secret;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GatekeeperTest {
    private static final String TOKEN = "a-token-of-enough-length";
    private static final AdminRoute READ = AdminRoute.get("/stats", _ -> Answer.text(200, ""));
    private static final AdminRoute WRITE = AdminRoute.post("/reload", 0, _ -> Answer.text(200, ""));
    private static final AdminRoute PROBE = AdminRoute.open("/livez", _ -> Answer.text(200, ""));

    private final Gatekeeper local = Gatekeeper.of(new AdminConfig(new HostPort("admin.internal", 9901), null));
    private final Gatekeeper guarded = Gatekeeper.of(new AdminConfig(new HostPort("0.0.0.0", 9901), new Secret(TOKEN)));

    /** 200, or the status of the refusal; fields are name, value, name, value. */
    private static int check(Gatekeeper gatekeeper, AdminRoute route, String... fields) {
        Map<String, String> map = new HashMap<>();
        for (int i = 0; i < fields.length; i += 2) {
            map.put(fields[i], fields[i + 1]);
        }
        try {
            gatekeeper.check(route, new AdminHead(route.method(), route.pattern(), "", map));
            return 200;
        } catch (Refused refused) {
            assertThat(refused).hasMessageContaining("expected").hasMessageNotContaining(TOKEN);
            return refused.answer().status();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1,200", "127.0.0.1:9901,200", "10.1.2.3:9901,200", "[::1]:9901,200", "[::1],200", "localhost:9901,200",
        "LocalHost,200", "a.localhost:1,200", "admin.internal:9901,200", "ADMIN.internal,200", "evil.example,403",
        "evil.example:9901,403", "127.0.0.1.evil.example:9901,403", "localhost.evil.example,403", "'',403",
        "evil.example:9901:80,403", "127.0.0.1@evil.example,403"
    })
    void servesNoNameThatSomebodyElseMayHaveMadeToLeadHere(String host, int status) {
        assertThat(check(local, READ, "host", host)).isEqualTo(status);
        assertThat(check(local, PROBE, "host", host)).isEqualTo(200);
        assertThat(check(guarded, READ, "host", host, "authorization", "Bearer " + TOKEN)).isEqualTo(200);
    }

    @Test
    void asksForNoTokenWhereThereIsNone() {
        assertThat(check(local, READ)).isEqualTo(200);
        assertThat(check(local, READ, "authorization", "Bearer whatever")).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"via", "forwarded", "x-forwarded-for"})
    void trustsNobodyWhomAProxySpeaksForWithoutAToken(String field) {
        assertThat(check(local, READ, "host", "localhost", field, "1.1 sluice")).isEqualTo(403);
        assertThat(check(local, PROBE, "host", "localhost", field, "1.1 sluice")).isEqualTo(200);
        assertThat(check(guarded, READ, field, "1.1 sluice", "authorization", "Bearer " + TOKEN)).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", "Bearer", "Bearer ", "Bearer a-token-of-enough-lengt", "Bearer a-token-of-enough-length2", "Basic YTpi",
        "Bearer A-TOKEN-OF-ENOUGH-LENGTH", "a-token-of-enough-length"
    })
    void refusesAWrongToken(String authorization) {
        assertThat(check(guarded, READ, "host", "localhost", "authorization", authorization)).isEqualTo(401);
        assertThat(check(guarded, WRITE, "host", "localhost", "authorization", authorization)).isEqualTo(401);
        assertThat(check(guarded, PROBE, "authorization", authorization)).isEqualTo(200);
    }

    @Test
    void takesTheRightTokenAndTellsWhoeverHasNoneHow() {
        assertThat(check(guarded, READ, "authorization", "Bearer " + TOKEN)).isEqualTo(200);
        assertThat(check(guarded, READ, "authorization", "bearer  " + TOKEN)).isEqualTo(200);
        assertThat(check(guarded, WRITE, "authorization", "Bearer " + TOKEN)).isEqualTo(200);
        assertThat(check(guarded, READ)).isEqualTo(401);
        assertThat(check(guarded, PROBE)).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({"same-origin,200", "none,200", "cross-site,403", "same-site,403", "'',403"})
    void answersNoOtherSitesPage(String site, int status) {
        assertThat(check(local, READ, "sec-fetch-site", site)).isEqualTo(status);
        assertThat(check(guarded, READ, "sec-fetch-site", site, "authorization", "Bearer " + TOKEN)).isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({
        "http://127.0.0.1:9901,200", "https://127.0.0.1:9901,200", "http://127.0.0.1:9902,403", "http://127.0.0.1,403",
        "null,403", "http://evil.example,403", "http://127.0.0.1:9901.evil.example,403", "'',403"
    })
    void obeysNoOtherOrigin(String origin, int status) {
        assertThat(check(local, WRITE, "host", "127.0.0.1:9901", "origin", origin, "x-sluice", "1")).isEqualTo(status);
        assertThat(check(guarded, WRITE, "host", "127.0.0.1:9901", "origin", origin, "authorization", "Bearer " + TOKEN))
                .isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({
        "application/json,200", "Application/JSON; charset=utf-8,200", "text/plain,415", "multipart/form-data,415",
        "application/x-www-form-urlencoded,415", "application/jsonx,415", "'',415", "text/plain; application/json,415"
    })
    void obeysNothingThatAFormCanSend(String contentType, int status) {
        assertThat(check(local, WRITE, "host", "localhost", "content-type", contentType)).isEqualTo(status);
        assertThat(check(local, WRITE, "host", "localhost", "content-type", contentType, "x-sluice", "1")).isEqualTo(200);
        assertThat(check(local, WRITE, "host", "localhost")).isEqualTo(415);
    }
}
