package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.ConfigReader;
import io.sluice.config.SluiceConfig;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** Dockerfile, compose.yaml, Prometheus and Kubernetes agree with each other and with the configurations in them. */
final class ContainerFilesTest {
    private static final Map<String, String> ENVIRONMENT = Map.of("SLUICE_ADMIN_TOKEN", "a-token-of-these-tests");
    private static final String COMPOSED = "config/container/sluice.yaml";

    @TempDir
    private Path temp;

    private Path file(String name) throws Exception {
        if (name.equals(COMPOSED)) {
            return YamlFile.repository().resolve(name);
        }
        return Files.writeString(temp.resolve("sluice.yaml"), YamlFile.read(name).at("data", "sluice.yaml").text());
    }

    private SluiceConfig config(String name) throws Exception {
        return new ConfigReader(ENVIRONMENT).load(file(name)).config();
    }

    private static List<String> ports(SluiceConfig config) {
        return List.of(
                Integer.toString(config.listeners().getFirst().address().port()),
                Integer.toString(config.admin().address().port()));
    }

    private static Duration drain(SluiceConfig config) {
        return config.timeouts().drainAccepting().plus(config.timeouts().drain());
    }

    @ParameterizedTest
    @ValueSource(strings = {COMPOSED, "config/kubernetes/configmap.yaml"})
    void theConfigurationsPassTheCheckWithoutAWarning(String name) throws Exception {
        String[] arguments = {"check", "-c", file(name).toString()};
        CommandLine commands = Sluice.commandLine(new Machine(ENVIRONMENT, temp, FakeMachine.HEAP_BYTES), arguments);
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exit = commands.setOut(new PrintWriter(out)).setErr(new PrintWriter(err)).execute(arguments);

        assertThat(err.toString()).isEmpty();
        assertThat(exit).isEqualTo(ExitCode.FINE);
        assertThat(out.toString()).contains("is valid: 1 listener, 1 route, 1 service");
    }

    @Test
    void theImageRunsJavaItselfAsANumericUserAndIsStoppedByWhatDrains() throws Exception {
        DockerfileText dockerfile = DockerfileText.read();

        assertThat(dockerfile.only("USER")).matches("[1-9]\\d*:[1-9]\\d*");
        assertThat(dockerfile.only("STOPSIGNAL")).isEqualTo("SIGTERM");
        assertThat(DockerfileText.exec(dockerfile.only("ENTRYPOINT")).getFirst()).isEqualTo("/opt/sluice/java/bin/java");
        assertThat(DockerfileText.exec(dockerfile.only("CMD"))).containsExactly("run");
    }

    @Test
    void theHealthCheckIsTheSameProgramWithTheSameCache() throws Exception {
        DockerfileText dockerfile = DockerfileText.read();
        List<String> entry = DockerfileText.exec(dockerfile.only("ENTRYPOINT"));
        String check = dockerfile.only("HEALTHCHECK");

        List<String> command = DockerfileText.exec(check.substring(check.indexOf("CMD") + 3).strip());

        assertThat(command).containsAll(entry).endsWith("-jar", "/opt/sluice/sluice.jar", "health", "--live");
        assertThat(command.getFirst()).isEqualTo(entry.getFirst());
    }

    @Test
    void everyImageIsPinnedToABuildOrARelease() throws Exception {
        List<String> images = new ArrayList<>(DockerfileText.read().all("ARG").map(each -> each.split("=")[1]).toList());
        YamlFile services = YamlFile.read("compose.yaml").at("services");
        services.keys().stream().filter(name -> !services.at(name).has("build"))
                .forEach(name -> images.add(services.at(name, "image").text()));
        images.add(YamlFile.read("config/kubernetes/deployment.yaml")
                .at("spec", "template", "spec", "containers", 0, "image").text());

        assertThat(images).hasSize(8)
                .allMatch(image -> image.matches("[a-z/-]+:.*\\d+\\.\\d+\\.\\d+.*|[a-z/-]+:.*\\d{8}.*"));
        assertThat(DockerfileText.read().all("FROM").filter(from -> from.startsWith("$")))
                .allMatch(from -> from.matches("\\$\\{(MAVEN|JDK|BASE)_IMAGE}.*"));
    }

    @Test
    void theBuildSeesWhatTheDockerfileCopiesAndNothingElse() throws Exception {
        List<String> seen = Files.readAllLines(YamlFile.repository().resolve(".dockerignore")).stream()
                .filter(line -> line.startsWith("!"))
                .map(line -> line.substring(1))
                .toList();
        List<String> copied = DockerfileText.read().all("COPY")
                .filter(each -> !each.startsWith("--from"))
                .flatMap(each -> Stream.of(each.split(" ")).limit(each.split(" ").length - 1))
                .toList();

        assertThat(seen).containsExactlyInAnyOrderElementsOf(copied);
        assertThat(copied).allMatch(each -> Files.exists(YamlFile.repository().resolve(each)));
    }

    @Test
    void composeMountsWhatExistsAndPublishesWhatListens() throws Exception {
        YamlFile compose = YamlFile.read("compose.yaml");
        SluiceConfig config = config(COMPOSED);
        YamlFile sluice = compose.at("services", "sluice");

        assertThat(ports(config)).containsExactly(DockerfileText.read().only("EXPOSE").split(" "));
        assertThat(sluice.at("ports").texts().stream().map(each -> each.substring(each.lastIndexOf(':') + 1)))
                .containsExactlyElementsOf(ports(config));
        assertThat(sluice.at("ports", 1).text()).as("the admin address, for this machine only").startsWith("127.0.0.1:");
        assertThat(sluice.at("volumes", 0).text()).isEqualTo("./config/container:/etc/sluice:ro");
        assertThat(DockerfileText.read().only("ENV")).isEqualTo("SLUICE_CONFIG=/etc/sluice/sluice.yaml");
        assertThat(Duration.parse("PT" + sluice.at("stop_grace_period").text())).isGreaterThan(drain(config));
        for (String name : compose.at("services").keys()) {
            YamlFile service = compose.at("services", name);
            for (String volume : service.has("volumes") ? service.at("volumes").texts() : List.<String>of()) {
                assertThat(YamlFile.repository().resolve(volume.split(":")[0])).exists();
                assertThat(volume).endsWith(":ro");
            }
        }
    }

    @Test
    void composeHasTheBackendsThatTheConfigurationNames() throws Exception {
        YamlFile services = YamlFile.read("compose.yaml").at("services");

        assertThat(config(COMPOSED).services().get("app").endpoints()).hasSize(2).allSatisfy(endpoint -> {
            YamlFile backend = services.at(endpoint.address().host());
            assertThat(backend.at("command").texts()).contains("--port=" + endpoint.address().port());
        });
    }

    @Test
    void prometheusScrapesTheAdminAddressAndLoadsTheRulesThatAreMounted() throws Exception {
        YamlFile prometheus = YamlFile.read("config/prometheus.yml");
        YamlFile compose = YamlFile.read("compose.yaml");
        YamlFile target = prometheus.at("scrape_configs", 0, "dns_sd_configs", 0);

        assertThat(compose.at("services").keys()).containsAll(target.at("names").texts());
        assertThat(target.at("port").text()).isEqualTo(ports(config(COMPOSED)).get(1));
        assertThat(compose.at("services", "prometheus", "configs", 0, "target").text())
                .isEqualTo(prometheus.at("scrape_configs", 0, "authorization", "credentials_file").text());
        assertThat(compose.at("configs", "admin-token", "content").text())
                .isEqualTo(compose.at("services", "sluice", "environment", "SLUICE_ADMIN_TOKEN").text());
        assertThat(compose.at("services", "prometheus", "volumes").texts())
                .anyMatch(volume -> volume.contains("/etc/prometheus/" + prometheus.at("rule_files", 0).text() + ":"));
    }

    @Test
    void grafanaFindsItsSourceAndItsDashboardWhereTheyAreMounted() throws Exception {
        YamlFile compose = YamlFile.read("compose.yaml");
        YamlFile source = YamlFile.read("config/grafana/datasources.yml").at("datasources", 0);
        YamlFile dashboard = YamlFile.read("config/grafana/sluice.json");
        String folder = YamlFile.read("config/grafana/dashboards.yml").at("providers", 0, "options", "path").text();

        assertThat(source.at("url").text()).isEqualTo("http://prometheus:9090");
        assertThat(compose.at("services").keys()).contains("prometheus");
        assertThat(compose.at("services", "grafana", "volumes").texts()).contains("./config/grafana/sluice.json:" + folder
                + "/sluice.json:ro");
        assertThat(dashboard.at("panels").list())
                .hasSizeGreaterThan(20)
                .filteredOn(panel -> !panel.at("type").text().equals("row"))
                .allMatch(panel -> panel.at("datasource", "uid").text().equals(source.at("uid").text()))
                .noneMatch(panel -> panel.at("description").text().isEmpty());
    }

    @Test
    void theDeploymentFitsTheImageAndTheDrain() throws Exception {
        SluiceConfig config = config("config/kubernetes/configmap.yaml");
        YamlFile pod = YamlFile.read("config/kubernetes/deployment.yaml").at("spec", "template", "spec");
        YamlFile container = pod.at("containers", 0);
        String user = pod.at("securityContext", "runAsUser").text() + ":" + pod.at("securityContext", "runAsGroup").text();

        assertThat(user).isEqualTo(DockerfileText.read().only("USER"));
        assertThat(container.at("securityContext", "readOnlyRootFilesystem").content()).isEqualTo(true);
        assertThat(Duration.ofSeconds(pod.at("terminationGracePeriodSeconds").number())).isGreaterThan(drain(config));
        assertThat(container.at("ports").list().stream().map(port -> port.at("containerPort").text()))
                .containsExactlyElementsOf(ports(config));
        assertThat(container.at("volumeMounts", 0, "mountPath").text()).isEqualTo("/etc/sluice");
        assertThat(container.at("env", 0, "name").text()).isEqualTo("SLUICE_ADMIN_TOKEN");
        assertThat(YamlFile.read("config/kubernetes/service.yaml").at("spec", "ports", 0, "targetPort").text())
                .isEqualTo(container.at("ports", 0, "name").text());
    }

    @Test
    void theProbesAskThePagesForThemAndNoticeADrainWhileItStillAccepts() throws Exception {
        SluiceConfig config = config("config/kubernetes/configmap.yaml");
        YamlFile container = YamlFile.read("config/kubernetes/deployment.yaml")
                .at("spec", "template", "spec", "containers", 0);
        YamlFile ready = container.at("readinessProbe");

        assertThat(ready.at("httpGet", "path").text()).isEqualTo("/readyz");
        assertThat(container.at("livenessProbe", "httpGet", "path").text()).isEqualTo("/livez");
        assertThat(container.at("startupProbe", "httpGet", "path").text()).isEqualTo("/livez");
        assertThat(Stream.of("readinessProbe", "livenessProbe", "startupProbe"))
                .allMatch(probe -> container.at(probe, "httpGet", "port").text().equals("admin"));
        int noticedSeconds = ready.at("failureThreshold").number() * ready.at("periodSeconds").number()
                + ready.at("timeoutSeconds").number();
        assertThat(Duration.ofSeconds(noticedSeconds)).isLessThan(config.timeouts().drainAccepting());
    }
}
