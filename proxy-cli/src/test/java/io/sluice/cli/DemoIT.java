package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The demo as a user meets it: the requests it prints do what it says of them. */
final class DemoIT {
    private static final Pattern URL = Pattern.compile("https?://[^ ']+");

    private static Demo demo;
    private static HttpClient client;

    @BeforeAll
    static void start() throws Exception {
        demo = Demo.start(new Demo.Ports(0, 0, 0), "{ path: off }");
        // As curl -k does.
        SSLContext anybody = SSLContext.getInstance("TLS");
        anybody.init(null, InsecureTrustManagerFactory.INSTANCE.getTrustManagers(), null);
        client = HttpClient.newBuilder().sslContext(anybody).build();
    }

    @AfterAll
    static void stop() {
        client.close();
        demo.close();
    }

    /** Does what the printed command would do. */
    private static <T> HttpResponse<T> send(int example, HttpResponse.BodyHandler<T> body) throws Exception {
        String command = demo.examples().get(example).command();
        Matcher url = URL.matcher(command);
        assertThat(url.find()).isTrue();
        HttpClient.Version most = url.group().startsWith("https:") ? HttpClient.Version.HTTP_2 : HttpClient.Version.HTTP_1_1;
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url.group())).version(most);
        if (command.contains("-d 'some text'")) {
            request.POST(HttpRequest.BodyPublishers.ofString("some text"));
        }
        return client.send(request.build(), body);
    }

    @Test
    void theFirstRequestIsAnsweredByBothBackendsInTurn() throws Exception {
        List<String> answers = List.of(
                send(0, BodyHandlers.ofString()).body(), send(0, BodyHandlers.ofString()).body(),
                send(0, BodyHandlers.ofString()).body(), send(0, BodyHandlers.ofString()).body());

        assertThat(answers).anyMatch(body -> body.contains("\"one\"")).anyMatch(body -> body.contains("\"two\""));
    }

    @Test
    void theSecondDownloadsAllBytes() throws Exception {
        HttpResponse<Long> response = send(1, info -> HttpResponse.BodySubscribers.mapping(
                HttpResponse.BodySubscribers.ofInputStream(), in -> {
                    try (in) {
                        return in.skip(Long.MAX_VALUE);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }));

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValueAsLong("content-length")).hasValue(DemoBackend.DOWNLOAD_BYTES);
        assertThat(response.body()).isEqualTo(DemoBackend.DOWNLOAD_BYTES);
    }

    @Test
    void theThirdShowsWhatTheProxyAdded() throws Exception {
        HttpResponse<String> response = send(2, BodyHandlers.ofString());

        assertThat(response.body())
                .contains("\"method\": \"POST\"", "\"bodyBytes\": 9")
                .containsIgnoringCase("x-forwarded-for: 127.0.0.1")
                .containsIgnoringCase("\"via: ");
    }

    @Test
    void theFourthTakesItsTime() throws Exception {
        long startNanos = System.nanoTime();

        HttpResponse<String> response = send(3, BodyHandlers.ofString());

        assertThat(response.body()).contains("\"sleptMillis\": 1500");
        assertThat(System.nanoTime() - startNanos).isGreaterThanOrEqualTo(1_500_000_000L);
    }

    @Test
    void theFifthIsNotFound() throws Exception {
        HttpResponse<String> response = send(4, BodyHandlers.ofString());

        assertThat(response.statusCode()).isEqualTo(404);
        assertThat(response.body()).contains("no such page");
    }

    @Test
    void theSixthIsAnsweredOverTlsByHttp2() throws Exception {
        HttpResponse<String> response = send(5, BodyHandlers.ofString());

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_2);
        assertThat(response.sslSession()).isPresent();
    }

    @Test
    void itsCertificateIsRemovedWithIt() throws Exception {
        Demo other = Demo.start(new Demo.Ports(0, 0, 0), "{ path: off }");
        Matcher certificate = Pattern.compile("cert: (\\S+),").matcher(other.yaml());
        assertThat(certificate.find()).isTrue();
        assertThat(Path.of(certificate.group(1))).exists();

        other.close();

        assertThat(Path.of(certificate.group(1))).doesNotExist();
    }

    @Test
    void itsMetricsAndProbesAnswer() throws Exception {
        String admin = "http://" + RunningProxy.text(demo.adminAddress());
        for (String page : List.of("/metrics", "/livez", "/readyz")) {
            HttpRequest request = HttpRequest.newBuilder(URI.create(admin + page)).version(HttpClient.Version.HTTP_1_1).build();

            assertThat(client.send(request, BodyHandlers.ofString()).statusCode()).as(page).isEqualTo(200);
        }
    }

    @Test
    void printsItsConfigurationTheCommandsAndWhatToLookAt() {
        StringWriter text = new StringWriter();

        DemoCommand.print(demo, new PrintWriter(text));

        assertThat(demo.examples()).hasSize(6);
        demo.yaml().lines().forEach(line -> assertThat(text.toString()).contains("    " + line));
        for (Demo.Example example : demo.examples()) {
            assertThat(text.toString()).contains(example.command(), example.lookFor());
        }
        assertThat(text.toString()).contains("/metrics", "Ctrl-C");
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void takesAFreePortIfItsOwnIsTakenAndEndsOnCtrlC(@TempDir Path temp) throws Exception {
        String taken = Integer.toString(demo.address().getPort());
        try (SluiceProcess sluice = SluiceProcess.start(temp, "demo", "--port", taken)) {
            Matcher url = sluice.awaitOut("curl http://127\\.0\\.0\\.1:(\\d+)/\n");
            sluice.awaitOut("Ctrl-C ends the demo");

            assertThat(url.group(1)).isNotEqualTo(taken);
            assertThat(sluice.err()).startsWith("sluice: port " + taken + " is taken");
            sluice.signal("INT");
            assertThat(sluice.exitCode()).isEqualTo(ExitCode.FINE);
        }
    }

    @Test
    void theTrainingRunSucceeds(@TempDir Path temp) throws Exception {
        try (SluiceProcess sluice = SluiceProcess.start(temp, "train", "--requests=300")) {
            sluice.awaitErr("Stopped after a drain");

            assertThat(sluice.exitCode()).isEqualTo(ExitCode.FINE);
        }
    }
}
