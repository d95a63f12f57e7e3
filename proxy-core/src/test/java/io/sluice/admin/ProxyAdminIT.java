package io.sluice.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sluice.config.ConfigReader;
import io.sluice.server.SluiceServer;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ProxyAdminIT {
    private static final String YAML = """
            listeners:
              - { name: web, address: "127.0.0.1:0" }
            routes:
              - respond: { status: 200, body: ok }
            accessLog: { path: "off" }
            admin: %s
            eventLoops: 1
            """;

    private static SluiceServer proxy(String admin) throws Exception {
        return SluiceServer.start(new ConfigReader(Map.of()).read("test.yaml", YAML.formatted(admin)));
    }

    private static String get(AdminServer admin, String path) throws Exception {
        try (Socket socket = new Socket(admin.address().getAddress(), admin.address().getPort())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void tellsTheStateAndTheMetersOfARunningProxy() throws Exception {
        try (SluiceServer proxy = proxy("{ address: \"127.0.0.1:0\" }"); AdminServer admin = AdminServer.start(proxy, null, () -> null)) {
            assertThat(get(admin, "/livez")).startsWith("HTTP/1.1 200 ");
            assertThat(get(admin, "/readyz")).startsWith("HTTP/1.1 200 ");
            await().untilAsserted(() -> assertThat(get(admin, "/metrics"))
                    .contains("sluice_connections{listener=\"web\"} 0")
                    .contains("sluice_event_loop_lag_seconds_count{loop="));

            proxy.drain();

            assertThat(get(admin, "/readyz")).startsWith("HTTP/1.1 503 ");
            assertThat(get(admin, "/livez")).startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    void refusesToStartWithoutAnAddress() throws Exception {
        try (SluiceServer proxy = proxy("\"off\"")) {
            assertThatThrownBy(() -> AdminServer.start(proxy, null, () -> null))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("admin");
        }
    }
}
