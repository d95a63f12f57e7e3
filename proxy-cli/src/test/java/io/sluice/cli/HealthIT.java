package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.ConfigReader;
import io.sluice.config.HostPort;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code sluice health} and a proxy to ask. */
final class HealthIT {
    private static final Duration PATIENCE = Duration.ofMillis(300);

    @TempDir
    private Path temp;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private static String yaml(String adminHost, int adminPort) {
        return """
                listeners: [{ address: 127.0.0.1:0 }]
                routes: [{ service: app }]
                services: { app: { endpoints: [127.0.0.1:9] } }
                accessLog: off
                admin: { address: "%s:%d" }
                timeouts: { drain: { accepting: 1h, exchanges: 0s } }
                """.formatted(adminHost, adminPort);
    }

    private Path file(String yaml) throws Exception {
        return Files.writeString(temp.resolve("sluice.yaml"), yaml);
    }

    private int health(Map<String, String> environment, String... more) {
        String[] arguments = new String[more.length + 1];
        arguments[0] = "health";
        System.arraycopy(more, 0, arguments, 1, more.length);
        CommandLine commands = Sluice.commandLine(new Machine(environment, Path.of("/"), FakeMachine.HEAP_BYTES), arguments);
        commands.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        return commands.execute(arguments);
    }

    private static int freePort() throws Exception {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Test
    void findsTheProxyByTheFileOfTheEnvironmentAndFollowsItsLife() throws Exception {
        Path file = file(yaml("127.0.0.1", freePort()));
        Map<String, String> environment = Map.of("SLUICE_CONFIG", file.toString());
        try (RunningProxy proxy = RunningProxy.start(new ConfigReader(Map.of()).load(file).config())) {
            assertThat(health(environment)).isEqualTo(ExitCode.FINE);
            assertThat(out.toString()).isEqualTo("ready" + System.lineSeparator());

            proxy.drain();

            assertThat(health(environment)).isEqualTo(1);
            assertThat(out.toString()).contains("/readyz answered 503: shutting down");
            assertThat(health(environment, "--live")).isEqualTo(ExitCode.FINE);
        }
        assertThat(health(environment, "--live")).isEqualTo(1);
        assertThat(out.toString()).contains("/livez: Connection refused");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void asksTheLoopbackWhereTheAdminAddressIsEveryAddress() throws Exception {
        try (RunningProxy proxy =
                RunningProxy.start(new ConfigReader(Map.of()).read("x.yaml", yaml("127.0.0.1", 0)))) {
            HostPort every = new HostPort("0.0.0.0", proxy.adminAddress().getPort());

            assertThat(HealthAnswer.ask(every, "/livez", Duration.ofSeconds(10)).well()).isTrue();
        }
    }

    @Test
    void doesNotWaitForOneWhoNeverAnswers() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            HealthAnswer answer = HealthAnswer.ask(new HostPort("127.0.0.1", silent.getLocalPort()), "/livez", PATIENCE);

            assertThat(answer.well()).isFalse();
            assertThat(answer.text()).contains("/livez within");
        }
    }

    @Test
    void saysThatThereIsNothingToAsk() throws Exception {
        String off = yaml("127.0.0.1", 0).replaceFirst("admin: .*", "admin: off");

        assertThat(health(Map.of(), "-c", file(off).toString())).isEqualTo(ExitCode.WRONG_INPUT);
        assertThat(err.toString()).contains("admin.address: found off");
    }

    @Test
    void anOptionAndTheEndpointsOfTheEnvironmentComeBeforeTheUsualFile() throws Exception {
        String broken = Files.writeString(temp.resolve("broken.yaml"), "listeners: 1\n").toString();

        assertThat(health(Map.of("SLUICE_CONFIG", broken, "SLUICE_ENDPOINTS", "127.0.0.1:x")))
                .isEqualTo(ExitCode.WRONG_INPUT);
        assertThat(err.toString()).contains("SLUICE_ENDPOINTS").doesNotContain("broken.yaml");
        assertThat(health(Map.of("SLUICE_CONFIG", broken), "-c", file(yaml("127.0.0.1", freePort())).toString()))
                .isEqualTo(ExitCode.NOT_STARTED);
        assertThat(err.toString()).doesNotContain("broken.yaml");
    }
}
