package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code sluice run}: what it says when it starts, what signals do, and how it fails. */
@DisabledOnOs(OS.WINDOWS)
final class RunIT {
    private static final String LISTENING = "Listening listeners=web@127\\.0\\.0\\.1:(\\d+) ";

    @TempDir
    private Path temp;

    private DemoBackend backend;

    @BeforeEach
    void backend() throws IOException {
        backend = DemoBackend.start("one");
    }

    @AfterEach
    void end() {
        backend.close();
    }

    private String config(int port, int adminPort, String drain) throws IOException {
        return Files.writeString(temp.resolve("sluice.yaml"), """
                listeners: [{ name: web, address: 127.0.0.1:%d }]
                routes: [{ service: app }]
                services: { app: { endpoints: [%s] } }
                admin: { address: 127.0.0.1:%d }
                accessLog: { path: %s }
                timeouts: { drain: %s }
                """.formatted(port, RunningProxy.text(backend.address()), adminPort, temp.resolve("access.log"), drain))
                .toString();
    }

    private String quick() throws IOException {
        return config(0, 0, "{ accepting: 0s, exchanges: 10s }");
    }

    private static Socket request(Matcher listening, String target) throws IOException {
        Socket client = new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(listening.group(1)));
        String head = "GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n";
        client.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
        return client;
    }

    /** A cut may look like an end or like a reset. */
    private static String whatCame(Socket client) throws IOException {
        try {
            return new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        } catch (SocketException reset) {
            return "";
        }
    }

    @Test
    void saysInOneLineWhatRunsWhereAndHowLongTheStartTook() throws Exception {
        try (SluiceProcess sluice = SluiceProcess.start(temp, "run", "-c", quick())) {
            sluice.awaitErr(LISTENING + "admin=127\\.0\\.0\\.1:\\d+ eventLoops=\\d+ transport=(epoll|kqueue|nio)"
                    + " version=0\\.\\S+ startMillis=\\d+\n");

            assertThat(sluice.err()).hasLineCount(1);
        }
    }

    @Test
    void setsALogLevelAtItsAdminAddress() throws Exception {
        try (SluiceProcess sluice = SluiceProcess.start(temp, "run", "-c", quick())) {
            Matcher listening = sluice.awaitErr("admin=127\\.0\\.0\\.1:(\\d+)");

            try (Socket admin = new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(listening.group(1)))) {
                admin.getOutputStream().write(("POST /loglevel?logger=io.sluice.admin&level=debug HTTP/1.1\r\n"
                        + "Host: localhost\r\nX-Sluice: 1\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
                assertThat(whatCame(admin)).startsWith("HTTP/1.1 200 ").contains("\"io.sluice.admin\":\"DEBUG\"");
            }
        }
    }

    @Test
    void namesTheVariableThatIsWrong() throws Exception {
        StringWriter err = new StringWriter();
        Map<String, String> environment = Map.of("SLUICE_LISTEN", "127.0.0.1:0", "SLUICE_ENDPOINTS", "127.0.0.1:x");

        int exit = execute(environment, err, "run");

        assertThat(exit).isEqualTo(ExitCode.WRONG_INPUT);
        assertThat(err.toString()).contains("SLUICE_ENDPOINTS").contains("1 problem");
    }

    @Test
    void drainsOnSigtermAndEndsWithZero() throws Exception {
        try (SluiceProcess sluice = SluiceProcess.start(temp, "run", "-c", quick())) {
            Matcher listening = sluice.awaitErr(LISTENING);
            try (Socket client = request(listening, "/slow?ms=500")) {
                await().until(() -> backend.served() > 0);
                sluice.signal("TERM");

                assertThat(client.getInputStream().readAllBytes())
                        .asString()
                        .startsWith("HTTP/1.1 200 ")
                        .contains("sleptMillis");
            }
            assertThat(sluice.exitCode()).isEqualTo(ExitCode.FINE);
            assertThat(sluice.err()).contains("Draining signal=SIGTERM", "Stopped after a drain exchangesCut=0");
        }
    }

    @Test
    void saysHowManyExchangesTheDrainCut() throws Exception {
        String hasty = config(0, 0, "{ accepting: 0s, exchanges: 100ms }");
        try (SluiceProcess sluice = SluiceProcess.start(temp, "run", "-c", hasty)) {
            Matcher listening = sluice.awaitErr(LISTENING);
            try (Socket client = request(listening, "/slow?ms=600000")) {
                await().until(() -> backend.served() > 0);
                sluice.signal("TERM");

                assertThat(sluice.exitCode()).isEqualTo(ExitCode.FINE);
                assertThat(whatCame(client)).doesNotContain("sleptMillis");
            }
            assertThat(sluice.err()).contains("exchangesCut=1");
        }
    }

    @Test
    void stopsAtOnceOnASecondSigterm() throws Exception {
        String patient = config(0, 0, "{ accepting: 1h, exchanges: 1h }");
        try (SluiceProcess sluice = SluiceProcess.start(temp, "run", "-c", patient)) {
            Matcher listening = sluice.awaitErr(LISTENING);
            try (Socket client = request(listening, "/slow?ms=600000")) {
                await().until(() -> client.isConnected() && backend.served() > 0);
                sluice.signal("TERM");
                sluice.awaitErr("Draining");
                sluice.signal("TERM");

                assertThat(sluice.exitCode()).isEqualTo(ExitCode.FINE);
            }
            assertThat(sluice.err())
                    .contains("Stopped at once by a second signal exchangesCut=1")
                    .doesNotContain("after a drain");
        }
    }

    @Test
    void stopsAtOnceOnASecondInterruptAndSaysSoOnTheFirst() throws Exception {
        String patient = config(0, 0, "{ accepting: 1h, exchanges: 1h }");
        try (SluiceProcess sluice = SluiceProcess.start(temp, "run", "-c", patient)) {
            sluice.awaitErr(LISTENING);
            sluice.signal("INT");
            sluice.awaitErr("sluice: draining; Ctrl-C again stops at once");
            sluice.signal("INT");

            assertThat(sluice.exitCode()).isEqualTo(ExitCode.FINE);
            assertThat(sluice.err()).contains("Stopped at once");
        }
    }

    @Test
    void reopensTheAccessLogOnSighup() throws Exception {
        Path log = temp.resolve("access.log");
        try (SluiceProcess sluice = SluiceProcess.start(temp, "run", "-c", quick())) {
            sluice.awaitErr(LISTENING);
            await().until(() -> Files.exists(log));
            Files.move(log, temp.resolve("access.log.1"));
            sluice.signal("HUP");

            await().until(() -> Files.exists(log));
            sluice.awaitErr("Access log reopened signal=SIGHUP");
        }
    }

    @Test
    void readsTheFileAgainOnSighupAndKeepsTheOldOneWhereItIsBroken() throws Exception {
        Path yaml = Path.of(quick());
        String good = Files.readString(yaml);
        try (SluiceProcess sluice = SluiceProcess.start(temp, "run", "--no-watch", "-c", yaml.toString())) {
            Matcher listening = sluice.awaitErr(LISTENING);
            Files.writeString(yaml, good.replace("service: app", "service: nobody"));
            sluice.signal("HUP");
            sluice.awaitErr("Configuration refused, the one before stays in force file=.*problems=1\n.*nobody");
            try (Socket client = request(listening, "/")) {
                assertThat(client.getInputStream().read()).isEqualTo('H');
            }
            Files.writeString(yaml, good.replace("[{ service: app }]", "[{ respond: { status: 204 } }]"));
            sluice.signal("HUP");

            sluice.awaitErr("Configuration in force file=\\S+ revision=2\nlisteners: added 0, changed 0, removed 0, kept 1");
            try (Socket client = request(listening, "/")) {
                assertThat(new String(client.getInputStream().readNBytes(12), StandardCharsets.US_ASCII)).endsWith("204");
            }
        }
    }

    @Test
    void seesByItselfThatTheFileHasChanged() throws Exception {
        Path yaml = Path.of(quick());
        try (SluiceProcess sluice = SluiceProcess.start(temp, "run", "-c", yaml.toString())) {
            sluice.awaitErr(LISTENING);
            Files.writeString(yaml, Files.readString(yaml).replace("[{ service: app }]", "[{ respond: { status: 204 } }]"));

            sluice.awaitErr("Configuration in force file=\\S+ revision=2\n");
        }
    }

    private static int execute(Map<String, String> environment, StringWriter err, String... arguments) {
        CommandLine commands = Sluice.commandLine(new Machine(environment, Path.of("/"), FakeMachine.HEAP_BYTES), arguments);
        commands.setErr(new PrintWriter(err));
        return commands.execute(arguments);
    }

    @Test
    void namesTheListenerWhoseAddressIsTaken() throws Exception {
        StringWriter err = new StringWriter();
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int exit = execute(Map.of(), err, "run", "-c", config(taken.getLocalPort(), 0, "{ accepting: 0s }"));

            assertThat(exit).isEqualTo(ExitCode.NOT_STARTED);
            assertThat(err.toString())
                    .contains("could not start", "web", "127.0.0.1:" + taken.getLocalPort(), "in use")
                    .hasLineCount(1);
        }
    }

    @Test
    void namesTheAdminAddressIfThatIsTaken() throws Exception {
        StringWriter err = new StringWriter();
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int exit = execute(Map.of(), err, "run", "-c", config(0, taken.getLocalPort(), "{ accepting: 0s }"));

            assertThat(exit).isEqualTo(ExitCode.NOT_STARTED);
            assertThat(err.toString())
                    .contains("could not start", "admin", "127.0.0.1:" + taken.getLocalPort())
                    .hasLineCount(1);
        }
    }

    @Test
    void namesAnAccessLogThatCannotBeOpened() throws Exception {
        StringWriter err = new StringWriter();
        String yaml = Files.readString(Path.of(quick())).replace("access.log", "none/access.log");

        int exit = execute(Map.of(), err, "run", "-c", Files.writeString(temp.resolve("log.yaml"), yaml).toString());

        assertThat(exit).isEqualTo(ExitCode.NOT_STARTED);
        assertThat(err.toString()).contains("could not start", "none/access.log").hasLineCount(1);
    }
}
