package io.sluice.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.sluice.config.AdminConfig;
import io.sluice.config.HostPort;
import java.io.File;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The dashboard in a real browser; skipped where there is none. */
@Timeout(180)
class DashboardIT {
    private static String browser;

    @TempDir
    private Path temp;

    @BeforeAll
    static void findsABrowser() {
        browser = Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .flatMap(directory -> Stream.of("chromium", "chromium-browser", "google-chrome").map(name -> Path.of(directory, name)))
                .filter(Files::isExecutable).map(Path::toString).findFirst().orElse(null);
        assumeThat(browser).as("skipped: no chromium on the PATH (apt-get install chromium)").isNotNull();
    }

    /** The page as it is after so many seconds of its own time, and then what the browser complained of. */
    private String visit(int port, int seconds) throws IOException, InterruptedException {
        Path out = temp.resolve("out");
        Path err = temp.resolve("err");
        Process process = new ProcessBuilder(List.of(
                        browser, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                        "--user-data-dir=" + temp.resolve("profile"), "--enable-logging=stderr",
                        "--virtual-time-budget=" + seconds * 1000, "--dump-dom", "http://127.0.0.1:" + port + "/"))
                .redirectOutput(out.toFile()).redirectError(err.toFile()).start();
        try {
            assertThat(process.waitFor(100, TimeUnit.SECONDS)).as("the browser ended").isTrue();
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        String complaints = Files.readString(err).lines().filter(line -> line.contains("CONSOLE")).toList().toString();
        return Files.readString(out) + "\nCONSOLE " + complaints;
    }

    @Test
    void showsWhatGoesOn() throws Exception {
        try (AdminUnderTest under = AdminUnderTest.local()) {
            Thread clients = Thread.ofVirtual().start(() -> requests(under));

            String page = visit(under.admin.address().getPort(), 120);
            clients.interrupt();

            assertThat(page).contains("class=\"good\">ready</p>", "<main id=\"main\">", "<polyline class=\"line\" points=\"");
            assertThat(page).contains("<td class=\"\">127.0.0.1:" + under.listening.getLocalPort() + "</td>");
            assertThat(page).contains(">Learned keep-alive</th>", ">Circuit</th>", "<td class=\"\">closed</td>", ">1 of 1</td>");
            assertThat(page).doesNotContain("id=\"rps\">–<").contains("<form id=\"signin\" hidden=\"\">");
            assertThat(page).contains("\nCONSOLE []");
        }
    }

    /** Refused requests, which the proxy counts without a backend's help, until interrupted. */
    private static void requests(AdminUnderTest under) {
        while (!Thread.currentThread().isInterrupted()) {
            try (Socket client = under.client("web", "GET /a HTTP/1.1\r\n\r\n")) {
                client.getInputStream().readAllBytes();
            } catch (IOException ended) {
                return;
            }
        }
    }

    @Test
    void asksForTheTokenWhereThereIsOne() throws Exception {
        try (AdminUnderTest under = AdminUnderTest.guarded()) {
            String page = visit(under.admin.address().getPort(), 5);

            assertThat(page).contains("<form id=\"signin\">", "<main id=\"main\" hidden=\"\">", ">signed out</p>");
        }
    }

    @Test
    void saysWhenTheServerCannotBeReachedAnyMore() throws Exception {
        try (AdminUnderTest under = AdminUnderTest.local()) {
            AtomicReference<AdminServer> leaving = new AtomicReference<>();
            byte[] stats = under.ask("GET /stats").split("\r\n\r\n", 2)[1].getBytes(StandardCharsets.US_ASCII);
            AdminPages pages = new AdminPages(List.of(
                    AdminRoute.open("/", Dashboard.page("dashboard.html", "text/html; charset=utf-8")),
                    AdminRoute.open("/dashboard.js", Dashboard.page("dashboard.js", "text/javascript; charset=utf-8")),
                    AdminRoute.open("/stats", _ -> {
                        // The last one that is answered.
                        Thread.ofVirtual().start(() -> leaving.get().close());
                        return new Answer.Whole(200, "application/json", stats, List.of());
                    })));
            leaving.set(AdminServer.start(
                    new AdminConfig(new HostPort("127.0.0.1", 0), null), pages, AdminLimits.DEFAULT));

            String page = visit(leaving.get().address().getPort(), 20);

            assertThat(page).contains("class=\"bad\">can't be reached").contains("<body class=\"stale\">");
        }
    }
}
