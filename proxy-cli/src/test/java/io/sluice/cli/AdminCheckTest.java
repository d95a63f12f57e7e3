package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What answers of an admin address mean, whoever gives them. */
final class AdminCheckTest {
    private static final String URL = "http://127.0.0.1:9901";

    private static AdminCheck of(String status, String fields, String body) {
        return AdminCheck.of(URL, false, "HTTP/1.1 " + status + "\r\n" + fields + "\r\n" + body);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "https://127.0.0.1:9901", "http://127.0.0.1", "http://127.0.0.1:0", "http://127.0.0.1:70000", "http://:9901",
        "http://127.0.0.1:9901/config", "http://127.0.0.1:9901?x", "http://me@127.0.0.1:9901", "http://127.0.0.1:9901#x",
        "http://a b:9901", "ftp://127.0.0.1:9901", "http://127.0.0.1:9901/\r\nX: y",
    })
    void asksNobodyWhereTheUrlIsNoneOfAnAdminAddress(String url) {
        AdminCheck check = AdminCheck.ask(url, null, Map.of(), new byte[0], Duration.ofSeconds(1));

        assertThat(AdminCheck.isUrl(url) || url.contains("\r")).isTrue();
        assertThat(check.well()).isFalse();
        assertThat(check.lines()).hasSize(1).first().asString().contains("expected http://HOST:PORT").doesNotContain("\r");
    }

    @Test
    void knowsAUrlFromAFile() {
        assertThat(AdminCheck.isUrl("http://x:1")).isTrue();
        assertThat(AdminCheck.isUrl("HTTP://x:1")).isTrue();
        assertThat(AdminCheck.isUrl("sluice.yaml")).isFalse();
        assertThat(AdminCheck.isUrl("/etc/sluice/sluice.yaml")).isFalse();
        assertThat(AdminCheck.isUrl("http:sluice.yaml")).isFalse();
    }

    @Test
    void passesOnWhatASluiceSays() {
        AdminCheck check = of("200 ", "Sluice-Check: 1\r\n", "routes: changed 1 (a\u001b[2J)\nkept 0\n");

        assertThat(check.well()).isTrue();
        assertThat(check.lines()).containsExactly("routes: changed 1 (a?[2J)", "kept 0");
        assertThat(of("422 ", "sluice-check: 1\r\n", "posted:1:1  x\n").lines())
                .containsExactly("sluice: --against " + URL + ": the proxy that runs refuses this configuration:", "posted:1:1  x");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "200 OK|<html>|something else answers there, with status 200",
        "302 Found||something else answers there, with status 302",
        "404 Not Found|<html>|something else answers there, with status 404",
        "404 |not found; there are: /livez  /readyz|a Sluice that has no such page",
        "401 |found no Authorization|it asks for a token",
        "403 |found the Host \"x\"; expected an IP address|it refuses: found the Host",
        "400 |line 1: found something else|it refuses: line 1",
        "413 |found a body|it refuses: found a body",
        "422 |x|something else answers there, with status 422",
        "500 |internal error|something else answers there, with status 500",
    })
    void saysInASentenceWhyThereIsNothingToCompare(String status, String body, String why) {
        AdminCheck check = of(status, "", body == null ? "" : body);

        assertThat(check.well()).isFalse();
        assertThat(check.lines()).hasSize(1).first().asString().contains(why);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "SSH-2.0-OpenSSH_9\r\n", "HTTP/1.1 200", "HTTP/1.1 200 \r\nX: y\r\n", "HTTP/2 200 \r\n\r\n"})
    void knowsWhatIsNoAnswer(String answer) {
        assertThat(AdminCheck.of(URL, false, answer).lines().getFirst()).contains("no answer in HTTP");
    }

    @Test
    void tellsAWrongTokenFromNone() {
        assertThat(AdminCheck.of(URL, true, "HTTP/1.1 401 \r\n\r\nx").lines().getFirst()).contains("the token is not right");
    }
}
