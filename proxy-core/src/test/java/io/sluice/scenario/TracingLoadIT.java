package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.ConfigReader;
import io.sluice.server.SluiceServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a process loads that traces nothing, and one that does. */
@Scenario
final class TracingLoadIT {
    private static final Pattern OF_TRACING =
            Pattern.compile("\\b(io\\.opentelemetry\\.|io\\.sluice\\.otlp\\.|io\\.sluice\\.tracing\\.Trac|java\\.net\\.http\\.)");
    private static final String YAML = """
            listeners: [{ name: web, address: "127.0.0.1:0" }]
            routes: [{ respond: { status: 204 } }]
            accessLog: "off"
            admin: "off"
            eventLoops: 1
            """;

    @TempDir
    Path folder;

    /** A process that starts a proxy, asks it for one answer, and ends. */
    static final class Process {
        private Process() {}

        public static void main(String[] yaml) throws Exception {
            try (SluiceServer server = SluiceServer.start(new ConfigReader(Map.of()).read("test", yaml[0]));
                    RawConnection client = RawConnection.to(server.address("web"))) {
                client.send(Http.get("/"));
                if (client.bodilessResponse().status() != 204) {
                    System.exit(2);
                }
            }
        }
    }

    /** The classes of tracing and of its library that such a process loads. */
    private List<String> loaded(String yaml) throws IOException, InterruptedException {
        Path log = folder.resolve("classes.txt");
        java.lang.Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xlog:class+load:file=" + log, "-Xshare:auto", "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow", "-cp", System.getProperty("java.class.path"),
                        Process.class.getName(), YAML + yaml)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("out.txt").toFile())
                .start();
        try {
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).as(Files.readString(folder.resolve("out.txt"))).isZero();
        } finally {
            process.destroyForcibly();
        }
        List<String> lines = Files.readAllLines(log);
        assertThat(lines).as("what it logs of classes").anyMatch(line -> line.contains("io.sluice.server.SluiceServer "));
        return lines.stream().filter(line -> OF_TRACING.matcher(line).find()).toList();
    }

    @Test
    void nothingOfItIsLoadedWhereNothingIsTraced() throws Exception {
        assertThat(loaded("")).allMatch(line -> line.contains("io.sluice.tracing.Tracing "));
    }

    @Test
    void itIsLoadedWhereSomethingIs() throws Exception {
        // Nobody listens at port 9 of this machine, or it is no collector: spans are lost, and the classes are there.
        assertThat(String.join("\n", loaded("tracing: { endpoint: \"http://127.0.0.1:9\", sample: 100% }\n"
                + "timeouts: { drain: { exchanges: 2s } }\n")))
                .contains("io.opentelemetry.sdk.", "io.sluice.otlp.SpanExport ", "io.sluice.tracing.Trace ", "java.net.http.HttpClient ");
    }
}
