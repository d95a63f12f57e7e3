package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectContainerResponse;
import io.sluice.admin.LogLevels;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.condition.EnabledIf;
import org.slf4j.LoggerFactory;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.BindMode;
import org.testcontainers.containers.Container.ExecResult;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.images.builder.Transferable;
import org.testcontainers.utility.DockerImageName;

/**
 * The image as compose.yaml runs it: in front of two containers, scraped by Prometheus. Where there is no Docker these
 * tests are skipped, and say so; {@code .ci/container-stages} then tries what can be tried without.
 */
@TestMethodOrder(OrderAnnotation.class)
@EnabledIf(value = "dockerIsThere", disabledReason = ContainerImageIT.NO_DOCKER)
final class ContainerImageIT {
    static final String NO_DOCKER = "no Docker here: the image was neither built nor run";
    private static final String IMAGE = "sluice:test";
    private static final String TOKEN = "a-token-of-these-tests";
    private static final int PORT = 8080;
    private static final int PROMETHEUS_PORT = 9090;
    private static final int STOP_SECONDS = 30;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static Network network;
    private static GenericContainer<?> one;
    private static GenericContainer<?> two;
    private static GenericContainer<?> sluice;
    private static GenericContainer<?> prometheus;

    static boolean dockerIsThere() {
        // What Testcontainers logs of a Docker that it does not find matters here no further than its last word.
        LogLevels levels = (LogLevels) LoggerFactory.getILoggerFactory();
        levels.set("org.testcontainers", "ERROR");
        levels.set("tc", "ERROR");
        boolean there = DockerClientFactory.instance().isDockerAvailable();
        if (!there) {
            // JUnit's reason stands in the report only; whoever looks at the build's output should know, too.
            System.err.println("ContainerImageIT skipped: " + NO_DOCKER);
        }
        return there;
    }

    @BeforeAll
    static void start() throws Exception {
        build();
        YamlFile services = YamlFile.read("compose.yaml").at("services");
        network = Network.newNetwork();
        one = backend(services, "one");
        two = backend(services, "two");
        sluice = container(services, "sluice", IMAGE)
                .withEnv("SLUICE_ADMIN_TOKEN", TOKEN)
                .withExposedPorts(PORT)
                .withCreateContainerCmdModifier(command -> command.getHostConfig().withReadonlyRootfs(true))
                .waitingFor(Wait.forHealthcheck());
        sluice.start();
        prometheus = container(services, "prometheus", services.at("prometheus", "image").text())
                .withCopyToContainer(Transferable.of(TOKEN), "/etc/prometheus/admin-token")
                .withExposedPorts(PROMETHEUS_PORT)
                .waitingFor(Wait.forHttp("/-/ready"));
        prometheus.start();
    }

    /** By the command line: the Dockerfile needs BuildKit, which Testcontainers' own way of building has not. */
    private static void build() throws IOException, InterruptedException {
        Process docker = new ProcessBuilder("docker", "build", "-t", IMAGE, YamlFile.repository().toString())
                .inheritIO()
                .start();
        try {
            assertThat(docker.waitFor(20, TimeUnit.MINUTES)).isTrue();
            assertThat(docker.exitValue()).isZero();
        } finally {
            docker.destroy();
        }
    }

    private static GenericContainer<?> container(YamlFile services, String name, String image) {
        GenericContainer<?> container = new GenericContainer<>(DockerImageName.parse(image))
                .withNetwork(network)
                .withNetworkAliases(name);
        if (services.at(name).has("volumes")) {
            for (String volume : services.at(name, "volumes").texts()) {
                String[] parts = volume.split(":");
                Path from = YamlFile.repository().resolve(parts[0]).normalize();
                container.withFileSystemBind(from.toString(), parts[1], BindMode.READ_ONLY);
            }
        }
        return container;
    }

    private static GenericContainer<?> backend(YamlFile services, String name) {
        GenericContainer<?> backend = container(services, name, services.at(name, "image").text())
                .withCommand(services.at(name, "command").texts().toArray(String[]::new));
        backend.start();
        return backend;
    }

    @AfterAll
    static void end() {
        for (GenericContainer<?> container : new GenericContainer<?>[] {prometheus, sluice, two, one}) {
            if (container != null) {
                container.stop();
            }
        }
        if (network != null) {
            network.close();
        }
    }

    private static String fetch(GenericContainer<?> container, int port, String path) throws IOException {
        URI uri = URI.create("http://" + container.getHost() + ":" + container.getMappedPort(port) + path);
        try (InputStream in = uri.toURL().openStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String query(String expression) throws IOException {
        String encoded = URLEncoder.encode(expression, StandardCharsets.UTF_8);
        return fetch(prometheus, PROMETHEUS_PORT, "/api/v1/query?query=" + encoded);
    }

    @Test
    @Order(1)
    void bothBackendsAnswerThroughTheProxy() {
        Set<String> answered = new TreeSet<>();

        await().atMost(PATIENCE).until(() -> {
            fetch(sluice, PORT, "/").lines().filter(line -> line.startsWith("Name: ")).forEach(answered::add);
            return answered.equals(Set.of("Name: one", "Name: two"));
        });
    }

    @Test
    @Order(2)
    void runsAsTheNumericUserWithNettysOwnTransport() {
        InspectContainerResponse facts = sluice.getContainerInfo();

        assertThat(facts.getConfig().getUser()).isEqualTo("10001:10001");
        assertThat(sluice.getLogs()).contains("transport=epoll").doesNotContain("WARN");
    }

    @Test
    @Order(3)
    void prometheusScrapesItAndAcceptsTheRules() throws Exception {
        await().atMost(PATIENCE).until(() -> query("up{job=\"sluice\"} == 1").contains("\"instance\""));
        await().atMost(PATIENCE).until(() -> query("sum(sluice_requests_total{code=\"2xx\"}) > 0").contains("\"value\""));

        ExecResult checked = prometheus.execInContainer("promtool", "check", "config", "/etc/prometheus/prometheus.yml");

        assertThat(checked.getExitCode()).as(checked.getStdout() + checked.getStderr()).isZero();
    }

    @Test
    @Order(4)
    void theFiguresOfTheDashboardHaveAnAnswer() throws Exception {
        for (YamlFile panel : YamlFile.read("config/grafana/sluice.json").at("panels").list()) {
            for (YamlFile target : panel.has("targets") ? panel.at("targets").list() : List.<YamlFile>of()) {
                String expression = target.at("expr").text().replace("$instance", ".*").replace("$__rate_interval", "1m");

                assertThat(query(expression)).as(expression).contains("\"status\":\"success\"");
            }
        }
    }

    @Test
    @Order(5)
    void stoppingItDrains() {
        DockerClient docker = DockerClientFactory.instance().client();

        docker.stopContainerCmd(sluice.getContainerId()).withTimeout(STOP_SECONDS).exec();

        assertThat(docker.inspectContainerCmd(sluice.getContainerId()).exec().getState().getExitCodeLong()).isZero();
        assertThat(sluice.getLogs()).contains("Draining signal=SIGTERM", "Stopped after a drain exchangesCut=0");
    }
}
