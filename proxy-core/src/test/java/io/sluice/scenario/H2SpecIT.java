package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** All cases of h2spec, a program of others that tries what RFC 9113 and RFC 7541 say. */
@Scenario
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
final class H2SpecIT {
    private static final String ARCHIVE = "/h2spec/2.2.0/h2spec_linux_amd64.tar.gz";

    @RegisterExtension
    final ProxyUnderTest proxy = new ProxyUnderTest();

    @TempDir
    Path directory;

    @Test
    void allItsCasesPass() throws Exception {
        // Some cases send data, and some want an answer of more than a few bytes.
        proxy.start(proxy.backend(Script.answering(Http.ok("x".repeat(1000)))));

        String found = run(program(), "-h", "127.0.0.1", "-p", String.valueOf(proxy.address().getPort()), "-o", "3");

        assertThat(found).contains("145 tests, 145 passed, 0 skipped, 0 failed");
    }

    private String program() throws IOException, InterruptedException {
        Path archive = directory.resolve("h2spec.tar.gz");
        try (InputStream in = H2SpecIT.class.getResourceAsStream(ARCHIVE)) {
            Files.copy(in, archive, StandardCopyOption.REPLACE_EXISTING);
        }
        run("tar", "-xzf", archive.toString(), "-C", directory.toString());
        return directory.resolve("h2spec").toString();
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            String said = new String(process.getInputStream().readAllBytes());
            assertThat(process.waitFor(5, TimeUnit.SECONDS)).isTrue();
            return said;
        } finally {
            process.destroyForcibly();
        }
    }
}
