package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Clients that came by TLS are told to stay there. */
@Scenario
@ParameterizedClass(name = "{0}")
@EnumSource(value = Relaying.class, names = {"ENCRYPTED", "HTTP2_ENCRYPTED"})
final class StrictTransportIT {
    private static final String NAME = "Strict-Transport-Security";

    @RegisterExtension
    final ProxyUnderTest proxy;

    StrictTransportIT(Relaying relaying) {
        proxy = new ProxyUnderTest(relaying);
    }

    @Test
    void saysSoInPlaceOfTheBackendAndWithAnswersOfOurs() throws Exception {
        proxy.start("""
                listeners: [{ name: web, address: "127.0.0.1:0", hsts: { maxAge: 1h, includeSubDomains: true } }]
                routes:
                  - { name: settle, match: { path: /settle }, respond: { status: 200, body: settled } }
                  - { name: own, match: { path: /own }, service: app, hsts: { maxAge: 0s } }
                  - { name: denied, match: { path: /denied }, service: app, filters: [ { deny: [127.0.0.0/8] } ] }
                  - { name: app, match: { path: /app }, service: app }
                """, proxy.backend(Script.answering(Http.ok("well", "strict-transport-security: max-age=1"))));
        RawConnection client = proxy.client();

        client.send(Http.get("/app") + Http.get("/own") + Http.get("/denied") + Http.get("/none"));

        assertThat(client.response().values(NAME)).containsExactly("max-age=3600; includeSubDomains");
        assertThat(client.response().values(NAME)).containsExactly("max-age=0");
        assertThat(client.response().values(NAME)).containsExactly("max-age=3600; includeSubDomains");
        assertThat(client.response().values(NAME)).containsExactly("max-age=3600; includeSubDomains");
    }
}
