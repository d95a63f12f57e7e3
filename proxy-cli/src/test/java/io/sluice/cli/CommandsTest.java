package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.sluice.config.KeyReference;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** What the commands print and answer that start nothing. */
final class CommandsTest {
    private static final String GOOD = """
            listeners:
              - address: 127.0.0.1:8080
            routes:
              - service: app
            services:
              app: { endpoints: [127.0.0.1:9000] }
            timeouts: { connect: 750ms }
            """;
    private static final Map<String, String> NO_FILE = Map.of("SLUICE_ENDPOINTS", "127.0.0.1:9000");

    @TempDir
    private Path temp;

    record Outcome(int exit, String out, String err) {}

    private Outcome execute(Map<String, String> environment, String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine commands = Sluice.commandLine(new Machine(environment, temp, FakeMachine.HEAP_BYTES), arguments);
        commands.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        return new Outcome(commands.execute(arguments), out.toString(), err.toString());
    }

    private Outcome execute(String... arguments) {
        return execute(Map.of(), arguments);
    }

    private String file(String yaml) throws IOException {
        return Files.writeString(temp.resolve("sluice.yaml"), yaml).toString();
    }

    @Test
    void saysWhichCommandsThereAreIfNoneIsGiven() {
        Outcome outcome = execute();

        assertThat(outcome.exit()).isEqualTo(ExitCode.WRONG_INPUT);
        assertThat(outcome.err()).contains("run, check, health, explain, version, demo").hasLineCount(2);
        assertThat(outcome.out()).isEmpty();
    }

    @Test
    void saysWhatAReloadWouldChange() throws IOException {
        Path running = Files.writeString(temp.resolve("running.yaml"), GOOD);

        Outcome outcome = execute("check", "-c", file(GOOD.replace(":9000", ":9001")), "--against", running.toString());

        assertThat(outcome.exit()).isEqualTo(ExitCode.FINE);
        assertThat(outcome.out()).contains(
                "Against " + running, "listeners: added 0, changed 0, removed 0, kept 1",
                "endpoints: added 1 (app/127.0.0.1:9001), changed 0, removed 1 (app/127.0.0.1:9000), kept 0");
    }

    @Test
    void checksTheReferenceFileWithTheFilesThatItAsksFor() throws Exception {
        X509Bundle bundle = new CertificateBuilder().subject("CN=example.com").setIsCertificateAuthority(true).ecp256()
                .buildSelfSigned();
        String cert = bundle.toTempCertChainPem().toString();
        Path staple = Files.write(temp.resolve("staple"), new byte[] {0x30, 9, 10, 1, 0, (byte) 0xa0, 4, 0, 0, 0, 0});

        Outcome outcome = execute(
                Map.of("TLS_CERT", cert, "TLS_KEY", bundle.toTempPrivateKeyPem().toString(), "TLS_OCSP", staple.toString(),
                        "ACME_CA", cert),
                "check", "-c", YamlFile.repository().resolve("config/reference.yaml").toString());

        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.exit()).isEqualTo(ExitCode.FINE);
        assertThat(outcome.out()).contains("reference.yaml is valid: ", "Certificate of mutual: example.com; EC; until ",
                "Certificate of secure: example.com, www.example.com; by ACME from https://");
    }

    @Test
    void comparesWithNothingThatIsBroken() throws IOException {
        Path running = Files.writeString(temp.resolve("running.yaml"), "listners: []\n");

        Outcome outcome = execute("check", "-c", file(GOOD), "--against", running.toString());

        assertThat(outcome.exit()).isEqualTo(ExitCode.WRONG_INPUT);
        assertThat(outcome.err()).contains("running.yaml:1:1", "listners");
    }

    @Test
    void suggestsTheCommandThatWasMeant() {
        Outcome outcome = execute("chek");

        assertThat(outcome.exit()).isEqualTo(ExitCode.WRONG_INPUT);
        assertThat(outcome.err()).contains("chek", "check", "'sluice --help'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"run", "check", "health", "explain", "version", "demo"})
    void refusesAnUnknownOptionWithOneHint(String command) {
        Outcome outcome = execute(command, "--frobnicate");

        assertThat(outcome.exit()).isEqualTo(ExitCode.WRONG_INPUT);
        assertThat(outcome.err()).contains("--frobnicate", "'sluice " + command + " --help'").doesNotContain("\tat ");
        assertThat(outcome.out()).isEmpty();
    }

    @Test
    void listsCommandsAndExitCodesButNotTheTraining() {
        Outcome outcome = execute("--help");

        assertThat(outcome.exit()).isEqualTo(ExitCode.FINE);
        assertThat(outcome.out())
                .contains("run", "check", "health", "explain", "version", "demo", "Exit codes", "SIGHUP")
                .doesNotContain("train");
    }

    @ParameterizedTest
    @ValueSource(strings = {"run", "check", "health", "explain", "version", "demo"})
    void explainsEachCommand(String command) {
        Outcome outcome = execute(command, "--help");

        assertThat(outcome.exit()).isEqualTo(ExitCode.FINE);
        assertThat(outcome.out()).startsWith("Usage: sluice " + command);
    }

    @ParameterizedTest
    @ValueSource(strings = {"run", "check", "health"})
    void saysHowToNameAConfiguration(String command) {
        Outcome outcome = execute(command);

        assertThat(outcome.exit()).isEqualTo(ExitCode.WRONG_INPUT);
        assertThat(outcome.err()).contains("-c FILE", "SLUICE_ENDPOINTS", "sluice demo").hasLineCount(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"run", "check", "health"})
    void printsEveryProblemOfAFileAndStartsNothing(String command) throws IOException {
        String bad = GOOD.replace("8080", "http").replace("service: app", "service: apl");
        Outcome outcome = execute(command, "-c", file(bad));

        assertThat(outcome.exit()).isEqualTo(ExitCode.WRONG_INPUT);
        assertThat(outcome.err()).contains("sluice.yaml:2:", "sluice.yaml:4:", "2 problems").doesNotContain("\tat ");
        assertThat(outcome.out()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"run", "check", "health"})
    void namesAFileThatIsNotThere(String command) {
        Outcome outcome = execute(command, "-c", temp.resolve("none.yaml").toString());

        assertThat(outcome.exit()).isEqualTo(ExitCode.WRONG_INPUT);
        assertThat(outcome.err()).contains("none.yaml", "1 problem").doesNotContain("\tat ");
    }

    @Test
    void printsTheMemoryOfAValidFile() throws IOException {
        Outcome outcome = execute("check", "-c", file(GOOD));

        assertThat(outcome.exit()).isEqualTo(ExitCode.FINE);
        assertThat(outcome.out()).contains("sluice.yaml is valid: 1 listener, 1 route, 1 service", "client socket", "together");
        assertThat(outcome.err()).isEmpty();
    }

    @Test
    void saysForWhichNamesAndHowLongCertificatesAre() throws Exception {
        X509Bundle bundle = new CertificateBuilder().ecp256().subject("CN=a.example").addSanDnsName("a.example")
                .addSanDnsName("b.example").notAfter(Instant.parse("2099-01-01T00:00:00Z")).setIsCertificateAuthority(true)
                .buildSelfSigned();
        String tls = "tls: { certificates: [{ cert: \"" + bundle.toTempCertChainPem() + "\", key: \""
                + bundle.toTempPrivateKeyPem() + "\" }] }";

        Outcome outcome = execute("check", "-c", file("listeners: [{ name: web, address: 8443, " + tls + " }]\n"
                + "routes: [{ service: app }]\nservices: { app: { endpoints: [\"127.0.0.1:1\"] } }\n"));

        assertThat(outcome.exit()).isEqualTo(ExitCode.FINE);
        assertThat(outcome.out()).contains("Certificate of web: a.example, b.example; EC; until 2099-01-01T00:00:00Z (");
    }

    @Test
    void checksTheEnvironmentToo() {
        Outcome outcome = execute(NO_FILE, "check");

        assertThat(outcome.exit()).isEqualTo(ExitCode.FINE);
        assertThat(outcome.out()).contains("the environment is valid");
    }

    @Test
    void explainsAKeyWithItsDefault() {
        Outcome outcome = execute("explain", "timeouts.connect");

        assertThat(outcome.exit()).isEqualTo(ExitCode.FINE);
        assertThat(outcome.out()).contains("timeouts.connect", "default:  3s", "in force: the default");
    }

    @Test
    void explainsWhereTheValueInForceComesFrom() throws IOException {
        Outcome outcome = execute("explain", "timeouts.connect", "-c", file(GOOD));

        assertThat(outcome.exit()).isEqualTo(ExitCode.FINE);
        assertThat(outcome.out()).contains("in force: 750ms  (").contains("sluice.yaml:7:");
    }

    @Test
    void explainsTheValueOfEveryElement() throws IOException {
        Outcome outcome = execute("explain", "services.*.pool.idleTimeout", "-c", file(GOOD));

        assertThat(outcome.out()).contains("in force: services.app.pool.idleTimeout = 30s  (default)");
    }

    @Test
    void saysThatAKeyIsNotSet() throws IOException {
        Outcome outcome = execute("explain", "routes[].redirect.location", "-c", file(GOOD));

        assertThat(outcome.out()).contains("in force: not set");
    }

    @Test
    void suggestsTheKeyThatWasMeant() {
        Outcome outcome = execute("explain", "timeouts.conect");

        assertThat(outcome.exit()).isEqualTo(ExitCode.WRONG_INPUT);
        assertThat(outcome.err()).contains("did you mean timeouts.connect").hasLineCount(1);
    }

    @Test
    void saysHowToListKeysIfNoneIsNear() {
        Outcome outcome = execute("explain", "xyzzyxyzzy");

        assertThat(outcome.exit()).isEqualTo(ExitCode.WRONG_INPUT);
        assertThat(outcome.err())
                .contains("no key is called xyzzyxyzzy", "'sluice explain' lists all")
                .doesNotContain("did you mean");
    }

    @Test
    void listsAllKeysIfNoneIsNamed() {
        Outcome outcome = execute("explain");

        assertThat(outcome.exit()).isEqualTo(ExitCode.FINE);
        assertThat(outcome.out()).contains("listeners[].address", "timeouts.connect ").hasLineCount(KeyReference.entries().size());
    }

    @Test
    void explainsNothingOfAWrongConfiguration() throws IOException {
        Outcome outcome = execute("explain", "timeouts.connect", "-c", file(GOOD.replace("750ms", "soon")));

        assertThat(outcome.exit()).isEqualTo(ExitCode.WRONG_INPUT);
        assertThat(outcome.err()).contains("timeouts.connect", "soon");
        assertThat(outcome.out()).isEmpty();
    }

    @Test
    void printsVersionsAndTheTransport() {
        Outcome outcome = execute("version");

        assertThat(outcome.exit()).isEqualTo(ExitCode.FINE);
        assertThat(outcome.out())
                .containsPattern("sluice +0\\.")
                .containsPattern("netty +4\\.2\\.")
                .containsPattern("java +" + Runtime.version().feature())
                .containsPattern("transport +(epoll|kqueue|nio)\n")
                .containsPattern("zero copy +(sendfile\\+splice|sendfile|none) ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "65536", "http"})
    void refusesADemoPortThatIsNone(String port) {
        Outcome outcome = execute("demo", "--port=" + port);

        assertThat(outcome.exit()).isEqualTo(ExitCode.WRONG_INPUT);
        assertThat(outcome.err()).contains("--port", port);
    }

    @Test
    void offersZeroCopyByPlatform() {
        assertThat(Build.zeroCopyMechanisms("Linux")).isEqualTo("sendfile+splice");
        assertThat(Build.zeroCopyMechanisms("Mac OS X")).isEqualTo("sendfile");
        assertThat(Build.zeroCopyMechanisms("Windows 11")).isEqualTo("none");
    }
}
