package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.ConfigReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code sluice check --against} a proxy that runs. */
final class CheckAgainstIT {
    private static final String TOKEN = "a-token-of-enough-length";
    private static final String SECRET = "a-secret-of-enough-length";
    private static final Map<String, String> ENVIRONMENT = Map.of("STICKY_SECRET", SECRET, "SLUICE_ADMIN_TOKEN", TOKEN);
    private static final String YAML = """
            listeners: [{ name: web, address: 127.0.0.1:0 }]
            routes: [{ name: all, service: app }]
            services: { app: { endpoints: [127.0.0.1:9], sticky: { secrets: "${STICKY_SECRET}" } } }
            accessLog: off
            admin: { address: 127.0.0.1:0, token: "${SLUICE_ADMIN_TOKEN}" }
            """;

    @TempDir
    private Path temp;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int check(Map<String, String> environment, String yaml, String... more) throws IOException {
        String[] arguments = new String[more.length + 3];
        arguments[0] = "check";
        arguments[1] = "-c";
        arguments[2] = Files.writeString(temp.resolve("sluice.yaml"), yaml).toString();
        System.arraycopy(more, 0, arguments, 3, more.length);
        CommandLine commands = Sluice.commandLine(new Machine(environment, Path.of("/"), FakeMachine.HEAP_BYTES), arguments);
        commands.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        return commands.execute(arguments);
    }

    private static RunningProxy running() throws Exception {
        return RunningProxy.start(new ConfigReader(ENVIRONMENT).read("x.yaml", YAML));
    }

    private static String url(RunningProxy proxy) {
        return "http://127.0.0.1:" + proxy.adminAddress().getPort();
    }

    @Test
    void saysWhatAReloadWouldChangeInTheProxyThatRuns() throws Exception {
        try (RunningProxy proxy = running()) {
            assertThat(check(ENVIRONMENT, YAML, "--against", url(proxy))).isEqualTo(ExitCode.FINE);
            assertThat(out.toString())
                    .contains("Against " + url(proxy) + ":", "services: added 0, changed 0, removed 0, kept 1", "changed 0")
                    .doesNotContain("restart").doesNotContain(SECRET).doesNotContain(TOKEN);

            out.getBuffer().setLength(0);
            assertThat(check(ENVIRONMENT, YAML.replace("127.0.0.1:9]", "127.0.0.1:10]"), "--against", url(proxy) + "/"))
                    .isEqualTo(ExitCode.FINE);
            assertThat(out.toString()).contains("endpoints: added 1 (app/127.0.0.1:10), changed 0, removed 1 (app/127.0.0.1:9)");

            out.getBuffer().setLength(0);
            Map<String, String> other = Map.of("STICKY_SECRET", "another-of-enough-length", "SLUICE_ADMIN_TOKEN", TOKEN);
            assertThat(check(other, YAML, "--against", url(proxy))).isEqualTo(ExitCode.FINE);
            assertThat(out.toString()).contains("services: added 0, changed 1 (app)").doesNotContain("another");
            assertThat(err.toString()).isEmpty();
        }
    }

    @Test
    void takesTheTokenFromAFile() throws Exception {
        Path token = Files.writeString(temp.resolve("token"), TOKEN + "\n");
        Map<String, String> wrong = Map.of("STICKY_SECRET", SECRET, "SLUICE_ADMIN_TOKEN", "not-the-right-token");
        try (RunningProxy proxy = running()) {
            assertThat(check(wrong, YAML, "--against", url(proxy))).isEqualTo(ExitCode.WRONG_INPUT);
            assertThat(err.toString()).contains("the token is not right").doesNotContain("not-the");
            assertThat(check(wrong, YAML, "--against", url(proxy), "--token-file", token.toString())).isEqualTo(ExitCode.FINE);

            Map<String, String> none = Map.of("STICKY_SECRET", SECRET);
            assertThat(check(none, YAML.replaceAll("admin: .*", ""), "--against", url(proxy))).isEqualTo(ExitCode.WRONG_INPUT);
            assertThat(err.toString()).contains("it asks for a token");
            Files.writeString(token, "two lines\nof text that is none");
            assertThat(check(wrong, YAML, "--against", url(proxy), "--token-file", token.toString()))
                    .isEqualTo(ExitCode.WRONG_INPUT);
            assertThat(check(wrong, YAML, "--against", url(proxy), "--token-file", temp.resolve("no").toString()))
                    .isEqualTo(ExitCode.WRONG_INPUT);
            assertThat(err.toString()).contains("found something else than a token", "can't be read").doesNotContain("two lines");
        }
    }

    @Test
    void saysThatNobodyIsThere() throws Exception {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }

        assertThat(check(ENVIRONMENT, YAML, "--against", "http://127.0.0.1:" + port)).isEqualTo(ExitCode.WRONG_INPUT);

        assertThat(err.toString()).contains("http://127.0.0.1:" + port + ": no answer: Connection refused").hasLineCount(1);
    }

    @Test
    void saysThatSomethingElseIsThere() throws Exception {
        try (RunningProxy proxy = running()) {
            // A listener that proxies, to an endpoint that is not there.
            String url = "http://127.0.0.1:" + proxy.address("web").getPort();

            assertThat(check(ENVIRONMENT, YAML, "--against", url)).isEqualTo(ExitCode.WRONG_INPUT);

            assertThat(err.toString()).contains("something else answers there, with status 502").hasLineCount(1);
        }
    }

    @Test
    void needsAFile() {
        CommandLine commands = Sluice.commandLine(
                new Machine(Map.of("SLUICE_ENDPOINTS", "a:1"), Path.of("/"), FakeMachine.HEAP_BYTES), "check");
        commands.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));

        assertThat(commands.execute("check", "--against", "http://127.0.0.1:1")).isEqualTo(ExitCode.WRONG_INPUT);
        assertThat(err.toString()).contains("found no file; expected -c FILE");
    }
}
