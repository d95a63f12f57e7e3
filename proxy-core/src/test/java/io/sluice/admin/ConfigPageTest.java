package io.sluice.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.Secret;
import io.sluice.config.TracingConfig;
import io.sluice.config.TracingConfig.Trust;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConfigPageTest {
    @Test
    void hidesWhatIsSentToTheCollectorWhateverItsHeaderIsCalled() {
        JsonText json = new JsonText();

        ConfigPage.write(new TracingConfig(URI.create("http://127.0.0.1:4318/v1/traces"), 10_000, Trust.TRUSTED_PROXIES,
                "sluice", Map.of("X-Tenant", new Secret("s3cret"))), json);

        assertThat(json.toString())
                .contains("\"endpoint\":\"http://127.0.0.1:4318/v1/traces\"", "\"trust\":\"trustedProxies\"",
                        "\"X-Tenant\":\"" + Secret.HIDDEN + "\"")
                .doesNotContain("s3cret");
    }
}
