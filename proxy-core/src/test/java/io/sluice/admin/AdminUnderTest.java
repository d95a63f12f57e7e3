package io.sluice.admin;

import io.sluice.config.ConfigReader;
import io.sluice.server.ReloadResult;
import io.sluice.server.SluiceServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** A proxy with its admin address and a backend that accepts, and says only what a test makes it say. */
final class AdminUnderTest implements AutoCloseable {
    static final String TOKEN = "a-token-of-enough-length";
    private static final String YAML = """
            listeners:
              - { name: web, address: "127.0.0.1:0" }
              - { name: raw, address: "127.0.0.1:0", protocol: tcp, service: app }
            routes:
              - name: all
                service: app
                filters:
                  - requestHeaders: { set: { Authorization: "Basic cGFzcw==", X-Env: prod } }
            services:
              app: { endpoints: ["127.0.0.1:%d"] }
            accessLog: "off"
            admin: %s
            eventLoops: 2
            """;

    /** Its backends' connections in the order accepted. */
    final List<Socket> backends = new CopyOnWriteArrayList<>();
    final SortedMap<String, String> levels = new TreeMap<>(Map.of("", "INFO"));
    /** What a reload does; at first there is no file. */
    final AtomicReference<Supplier<ReloadResult>> reload = new AtomicReference<>(() -> null);
    final ServerSocket listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    final SluiceServer proxy;
    final AdminServer admin;
    private final List<Socket> opened = new ArrayList<>();

    AdminUnderTest(String adminYaml) throws Exception {
        Thread.ofVirtual().start(() -> {
            try {
                while (true) {
                    backends.add(listening.accept());
                }
            } catch (IOException closed) {
                // The test is over.
                backends.forEach(AdminUnderTest::closeQuietly);
            }
        });
        proxy = SluiceServer.start(new ConfigReader(Map.of()).read("test.yaml", yaml(adminYaml)));
        admin = AdminServer.start(proxy, new LogLevels() {
            @Override
            public SortedMap<String, String> levels() {
                return levels;
            }

            @Override
            public void set(String logger, String level) {
                levels.put(logger, level);
            }
        }, () -> reload.get().get());
    }

    /** Its configuration with another admin section, as text. */
    String yaml(String adminYaml) {
        return YAML.formatted(listening.getLocalPort(), adminYaml);
    }

    static AdminUnderTest local() throws Exception {
        return new AdminUnderTest("{ address: \"127.0.0.1:0\" }");
    }

    static AdminUnderTest guarded() throws Exception {
        return new AdminUnderTest("{ address: \"0.0.0.0:0\", token: " + TOKEN + " }");
    }

    /** A new connection to a listener that has sent this. */
    Socket client(String listener, String sent) throws IOException {
        InetSocketAddress address = proxy.address(listener);
        Socket socket = new Socket(address.getAddress(), address.getPort());
        socket.setSoTimeout(20_000);
        opened.add(socket);
        socket.getOutputStream().write(sent.getBytes(StandardCharsets.ISO_8859_1));
        return socket;
    }

    /** A new connection to the admin address that has sent this. */
    Socket admin(String sent) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), admin.address().getPort());
        socket.setSoTimeout(20_000);
        opened.add(socket);
        socket.getOutputStream().write(sent.getBytes(StandardCharsets.ISO_8859_1));
        return socket;
    }

    /** The whole answer to a request: a line, then fields, which get their line ends here. */
    String ask(String line, String... fields) throws IOException {
        StringBuilder request = new StringBuilder(line + " HTTP/1.1\r\nHost: 127.0.0.1:" + admin.address().getPort() + "\r\n");
        for (String field : fields) {
            request.append(field).append("\r\n");
        }
        try (Socket socket = admin(request.append("\r\n").toString())) {
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** The object that a page answers with. */
    @SuppressWarnings("unchecked")
    Map<String, Object> json(String path) throws IOException {
        String answer = ask("GET " + path);
        if (!answer.startsWith("HTTP/1.1 200 ") || !answer.contains("\r\nContent-Type: application/json\r\n")) {
            throw new AssertionError(answer);
        }
        return (Map<String, Object>) new Load(LoadSettings.builder().build())
                .loadFromString(answer.substring(answer.indexOf("\r\n\r\n") + 4));
    }

    /** The only exchange or tunnel there is; null if there is none, or more. */
    @SuppressWarnings("unchecked")
    Map<String, Object> only() throws IOException {
        List<Object> all = (List<Object>) json("/connections").get("connections");
        return all.size() == 1 ? (Map<String, Object>) all.getFirst() : null;
    }

    @Override
    public void close() throws IOException {
        for (Socket each : opened) {
            each.close();
        }
        admin.close();
        proxy.close();
        listening.close();
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // Gone is gone.
        }
    }
}
