package io.sluice.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a reload would change, asked of a proxy that runs. */
@Timeout(60)
class CheckPageIT {
    private static final String LOCAL = "{ address: \"127.0.0.1:0\" }";
    @AutoClose
    private AdminUnderTest under = AdminUnderTest.local();

    CheckPageIT() throws Exception {}

    private String ask(byte[] body, String... fields) throws IOException {
        String head = "POST /check HTTP/1.1\r\nHost: 127.0.0.1:" + under.admin.address().getPort() + "\r\nX-Sluice: 1\r\n"
                + String.join("", java.util.Arrays.stream(fields).map(it -> it + "\r\n").toList())
                + "Content-Length: " + body.length + "\r\n\r\n";
        try (Socket socket = under.admin(head)) {
            socket.getOutputStream().write(body);
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private String ask(String body) throws IOException {
        return ask(body.getBytes(StandardCharsets.UTF_8));
    }

    private static String variable(String name, String value) {
        return name + "=" + Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8)) + "\n";
    }

    @Test
    void saysThatNothingChangesWhereTheFileIsWhatIsInForce() throws IOException {
        String answer = ask("\n" + under.yaml(LOCAL));

        assertThat(answer).startsWith("HTTP/1.1 200").contains("\r\nSluice-Check: 1\r\n");
        assertThat(answer.substring(answer.indexOf("\r\n\r\n"))).isEqualToIgnoringNewLines("""
                listeners: added 0, changed 0, removed 0, kept 2
                routes: added 0, changed 0, removed 0, kept 1
                services: added 0, changed 0, removed 0, kept 1
                endpoints: added 0, changed 0, removed 0, kept 1
                other settings: changed 0
                """);
    }

    @Test
    void saysWhatChangesAndChangesNothing() throws IOException {
        Object before = under.proxy.config();

        String answer = ask("\n" + under.yaml(LOCAL).replace("X-Env: prod", "X-Env: test").replace("eventLoops: 2", "eventLoops: 3")
                + "timeouts: { connect: 4s }\n");

        assertThat(answer).contains("routes: added 0, changed 1 (all), removed 0, kept 0", "other settings: changed",
                "timeouts", "needs a restart", "eventLoops");
        assertThat(under.proxy.config()).isSameAs(before);
        assertThat(under.proxy.metrics().scrape()).contains("sluice_config_revision 1.0").contains("sluice_config_last_reload_success 1.0");
    }

    @Test
    void takesVariablesFromTheBodyAndNoneOfItsOwn() throws IOException {
        String file = under.yaml(LOCAL).replace("X-Env: prod", "X-Env: \"${STAGE}\"");

        assertThat(ask(variable("STAGE", "prod") + "\n" + file)).contains("routes: added 0, changed 0");
        assertThat(ask(variable("STAGE", "test") + "\n" + file)).contains("changed 1 (all)");
        assertThat(ask("\n" + under.yaml(LOCAL).replace("name: web", "name: \"${PATH}\"")))
                .startsWith("HTTP/1.1 422")
                .contains("posted:2:", "PATH to be set")
                .doesNotContain(System.getenv("PATH"));
    }

    @Test
    void comparesSecretsWithoutShowingThem() throws Exception {
        try (AdminUnderTest guarded = AdminUnderTest.guarded()) {
            AdminUnderTest local = under;
            under = guarded;
            String file = guarded.yaml("{ address: \"0.0.0.0:0\", token: " + AdminUnderTest.TOKEN + " }");
            byte[] same = ("\n" + file).getBytes(StandardCharsets.UTF_8);
            byte[] other = ("\n" + file.replace(AdminUnderTest.TOKEN, "another-token-of-enough")).getBytes(StandardCharsets.UTF_8);

            assertThat(ask(same)).startsWith("HTTP/1.1 401");
            String bearer = "Authorization: Bearer " + AdminUnderTest.TOKEN;
            assertThat(ask(same, bearer)).startsWith("HTTP/1.1 200").doesNotContain("needs a restart");
            assertThat(ask(other, bearer)).contains("needs a restart", "admin")
                    .doesNotContain(AdminUnderTest.TOKEN).doesNotContain("another-token");
            under = local;
        }
    }

    @Test
    void listsTheProblemsOfAFileThatCannotBeTaken() throws IOException {
        assertThat(ask("\nlistners: []\n")).startsWith("HTTP/1.1 422").contains("\r\nSluice-Check: 1\r\n", "posted:1:1", "listners");
        assertThat(ask("\n")).startsWith("HTTP/1.1 422");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
        "listeners: []|no empty line",
        "NAME\\n\\nx: y|line 1",
        "A=eA==\\nA=eA==\\n\\nx: y|line 2",
        "A=no base64\\n\\nx: y|line 1",
        "A=eA\\n\\nx: y\\n|posted",
        "A=e\\n\\nx: y|line 1",
        "A=/w==\\n\\nx: y|UTF-8",
        "1A=eA==\\n\\nx: y|line 1",
    })
    void refusesABodyOfAnotherForm(String body, String why) throws IOException {
        assertThat(ask(body.replace("\\n", "\n"))).startsWith("HTTP/1.1 4").contains(why);
    }

    @Test
    void refusesWhatIsNoTextAndWhatIsTooLong() throws IOException {
        assertThat(ask(new byte[] {'\n', (byte) 0xff})).startsWith("HTTP/1.1 400").contains("UTF-8");
        assertThat(ask("\n" + "#".repeat((1 << 20) + 1))).startsWith("HTTP/1.1 413");
        assertThat(ask("A=eA==\n".repeat(1001) + "\nx: y")).startsWith("HTTP/1.1 400").contains("1001 variables");
        assertThat(under.ask("POST /check", "X-Sluice: 1", "Content-Length: 3000000")).startsWith("HTTP/1.1 413");
        assertThat(under.ask("POST /check?now=1", "X-Sluice: 1")).startsWith("HTTP/1.1 400").contains("now");
        assertThat(under.ask("POST /check", "Content-Type: text/plain")).as("a form").startsWith("HTTP/1.1 415");
        assertThat(under.ask("GET /check")).startsWith("HTTP/1.1 405");
    }
}
