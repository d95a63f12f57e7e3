package io.sluice.bench;

import io.sluice.config.ConfigException;
import io.sluice.config.ConfigReader;
import io.sluice.config.SluiceConfig;
import io.sluice.server.SluiceServer;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The fuzzing client of the Autobahn suite against a WebSocket server, directly and through Sluice: whatever the verdict on
 * a case is, the tunnel in between must not change it. <em>Immutable.</em>
 */
final class Autobahn {
    private static final String SUITE = "me.normanmaurer.maven.autobahntestsuite.AutobahnTestSuite";
    /** Compression is the business of both ends: its cases would take most of the time to learn nothing of what is between. */
    private static final List<String> WITHOUT = List.of("12.*", "13.*");
    private static final String YAML = """
            listeners:
              - { name: http, address: "127.0.0.1:0" }
              - { name: raw, address: "127.0.0.1:0", protocol: tcp, service: echo }
            routes: [{ service: echo }]
            services: { echo: { endpoints: ["127.0.0.1:%d"] } }
            accessLog: off
            admin: off
            eventLoops: 1
            zeroCopy: { enabled: %s, threshold: 16KiB }
            """;

    private Autobahn() {}

    /**
     * Runs it.
     *
     * @param arguments the folder of the suite's jars, and the cases, as the suite names them ({@code 1.*}); without, all
     */
    public static void main(String[] arguments) throws IOException, ConfigException, ReflectiveOperationException {
        List<String> cases = arguments.length > 1 ? List.of(arguments).subList(1, arguments.length) : List.of("*");
        URL[] suite = jars(Path.of(arguments[0]));
        int different;
        try (EchoServer echo = new EchoServer()) {
            Map<String, String> direct = verdicts(suite, "direct", echo.port(), cases);
            different = compare(suite, "spliced", echo.port(), cases, direct);
            different += compare(suite, "copied", echo.port(), cases, direct);
        }
        System.exit(different == 0 ? 0 : 1);
    }

    private static URL[] jars(Path folder) throws IOException {
        List<URL> jars = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, "*.jar")) {
            for (Path jar : found) {
                jars.add(jar.toUri().toURL());
            }
        }
        return jars.toArray(URL[]::new);
    }

    private static int compare(URL[] suite, String relay, int echo, List<String> cases, Map<String, String> direct)
            throws IOException, ConfigException, ReflectiveOperationException {
        SluiceConfig config = new ConfigReader(Map.of()).read("autobahn", YAML.formatted(echo, relay.equals("spliced")));
        int different = 0;
        try (SluiceServer sluice = SluiceServer.start(config)) {
            for (String listener : List.of("http", "raw")) {
                String name = relay + ", " + listener;
                different += report(name, direct, verdicts(suite, name, sluice.address(listener).getPort(), cases));
            }
        }
        return different;
    }

    private static int report(String name, Map<String, String> direct, Map<String, String> through) {
        TreeSet<String> all = new TreeSet<>(direct.keySet());
        all.addAll(through.keySet());
        int different = 0;
        for (String each : all) {
            String one = direct.getOrDefault(each, "missing");
            String other = through.getOrDefault(each, "missing");
            if (!one.equals(other)) {
                different++;
                System.out.println(name + ": case " + each + ": " + other + ", directly " + one);
            }
        }
        System.out.println(name + ": " + all.size() + " cases, " + different + " with another verdict than directly");
        return different;
    }

    /** By case. The suite is fetched by the command that starts this: it is 46 MB that nothing else needs. */
    private static Map<String, String> verdicts(URL[] suite, String agent, int port, List<String> cases)
            throws IOException, ReflectiveOperationException {
        long begun = System.nanoTime();
        // A loader for each run, since its loop can be run but once. And it must not see us: its Python would take our package
        // io for its own module of this name.
        try (URLClassLoader loader = new URLClassLoader(suite, ClassLoader.getPlatformClassLoader())) {
            Thread.currentThread().setContextClassLoader(loader);
            List<?> results = (List<?>) loader.loadClass(SUITE)
                    .getMethod("runFuzzingClient", String.class, String.class, Map.class, List.class, List.class)
                    .invoke(null, agent, "ws://127.0.0.1:" + port, new HashMap<>(Map.of("version", 18)), cases, WITHOUT);
            return verdicts(agent, results, (System.nanoTime() - begun) / 1_000_000_000L);
        }
    }

    private static Map<String, String> verdicts(String agent, List<?> results, long seconds)
            throws ReflectiveOperationException {
        Map<String, String> verdicts = new TreeMap<>();
        Map<String, Integer> counts = new TreeMap<>();
        for (Object result : results) {
            String verdict = told(result, "behavior") + "/" + told(result, "behaviorClose") + " " + told(result, "remoteCloseCode");
            verdicts.put(told(result, "caseName"), verdict);
            counts.merge(told(result, "behavior"), 1, Integer::sum);
        }
        System.out.printf("%s: %d cases in %d s: %s%n", agent, results.size(), seconds, counts);
        return verdicts;
    }

    private static String told(Object result, String what) throws ReflectiveOperationException {
        return String.valueOf(result.getClass().getMethod(what).invoke(result));
    }
}
