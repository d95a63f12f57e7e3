package io.sluice.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.ConfigReader;
import io.sluice.config.SluiceConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an operator tells a running proxy over the admin address. */
@Timeout(60)
class AdminOrdersIT {
    private static final String MEANT = "X-Sluice: 1";
    @AutoClose
    private final AdminUnderTest under = AdminUnderTest.local();

    AdminOrdersIT() throws Exception {}

    private String endpoint(String order) {
        return "/services/app/endpoints/127.0.0.1:" + under.listening.getLocalPort() + "/" + order;
    }

    @SuppressWarnings("unchecked")
    private String health() throws IOException {
        Map<String, Object> app = ((List<Map<String, Object>>) under.json("/services").get("services")).getFirst();
        return (String) ((List<Map<String, Object>>) app.get("endpoints")).getFirst().get("health");
    }

    @Test
    void drainsAnEndpointAndTakesThatBack() throws IOException {
        assertThat(health()).isEqualTo("up");

        assertThat(under.ask("POST " + endpoint("drain"), MEANT)).startsWith("HTTP/1.1 200").contains("\"health\":\"draining\"");

        assertThat(health()).isEqualTo("draining");
        byte[] status = under.client("web", "GET / HTTP/1.1\r\nHost: a\r\n\r\n").getInputStream().readNBytes(12);
        assertThat(new String(status, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 503");
        assertThat(under.ask("POST " + endpoint("undrain"), MEANT)).startsWith("HTTP/1.1 200").contains("\"health\":\"up\"");
    }

    @Test
    void weighsAnEndpointAndTakesThatBack() throws IOException {
        assertThat(under.ask("POST " + endpoint("weight?weight=7"), MEANT)).startsWith("HTTP/1.1 200").contains("\"weight\":7");
        assertThat(under.ask("POST " + endpoint("weight"), MEANT)).startsWith("HTTP/1.1 200").contains("\"weight\":1");
    }

    @ParameterizedTest
    @CsvSource({
        "POST /services/none/endpoints/a:1/drain, 404, no service",
        "POST /services/app/endpoints/a:1/drain, 404, no endpoint",
        "POST /services/app/endpoints/a:1/explode, 404, ",
        "GET /services/app/endpoints/a:1/drain, 405, ",
        "POST /reload?now=1, 400, now",
        "GET /reload, 405, ",
        "POST /reload, 409, not started from a file",
    })
    void refusesWhatCannotBeDone(String line, int status, String why) throws IOException {
        assertThat(under.ask(line, MEANT)).startsWith("HTTP/1.1 " + status).contains(why == null ? "" : why);
    }

    @ParameterizedTest
    @CsvSource({"1001", "-1", "x"})
    void refusesAWeightThatIsNone(String weight) throws IOException {
        assertThat(under.ask("POST " + endpoint("weight?weight=" + weight), MEANT)).startsWith("HTTP/1.1 400").contains("0 to 1000");
    }

    @Test
    void reloadsAndSaysWhatChanged() throws Exception {
        SluiceConfig other = new ConfigReader(Map.of()).read(
                "test.yaml", under.yaml("{ address: \"127.0.0.1:0\" }").replace("name: all", "name: other"));
        under.reload.set(() -> under.proxy.reload(other));

        assertThat(under.ask("POST /reload", MEANT)).startsWith("HTTP/1.1 200")
                .contains("\"routes\":{\"added\":[\"other\"],\"changed\":[],\"removed\":[\"all\"]", "\"revision\":2");
        assertThat(under.json("/stats").get("reload")).asString().contains("revision=2", "accepted=true");
    }

    @Test
    void staysAsItIsWhereTheConfigurationIsWrong() throws IOException {
        under.reload.set(() -> under.proxy.refuse(List.of("test.yaml:1:1 nonsense")));

        assertThat(under.ask("POST /reload", MEANT)).startsWith("HTTP/1.1 422").contains("test.yaml:1:1 nonsense");
        assertThat(under.json("/stats").get("reload")).asString().contains("revision=1", "accepted=false");
    }
}
