package io.sluice.config;

import io.sluice.config.ConfigNode.Field;
import io.sluice.config.ConfigNode.Fields;
import io.sluice.config.ConfigNode.Items;
import io.sluice.config.ConfigNode.Place;
import io.sluice.config.ConfigNode.Text;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Turns YAML and the environment into a {@link SluiceConfig}, or into every problem at once. <em>Immutable.</em> */
public final class ConfigReader {
    private static final String LISTEN = "SLUICE_LISTEN";
    private static final String ENDPOINTS = "SLUICE_ENDPOINTS";
    private static final int BYTES_MAX = 1 << 20;

    private final Map<String, String> environment;

    /**
     * Creates a reader.
     *
     * @param environment what <code>${VAR}</code> and the no-file start read, usually {@link System#getenv()}
     */
    public ConfigReader(Map<String, String> environment) {
        this.environment = Map.copyOf(environment);
    }

    /**
     * Reads a file.
     *
     * @throws ConfigException with every problem, an unreadable file among them
     */
    public SluiceConfig read(Path file) throws ConfigException {
        return load(file).config();
    }

    /**
     * Reads a text.
     *
     * @param source the name problems are reported under
     * @throws ConfigException with every problem
     */
    public SluiceConfig read(String source, String yaml) throws ConfigException {
        return load(source, yaml).config();
    }

    /**
     * The no-file start: {@code SLUICE_LISTEN} (a port or an address; 8080 by default) and {@code SLUICE_ENDPOINTS} (a
     * comma-separated list).
     *
     * @throws ConfigException also when {@code SLUICE_ENDPOINTS} is not set
     */
    public SluiceConfig fromEnvironment() throws ConfigException {
        return loadEnvironment().config();
    }

    /**
     * Reads a file of at most 1 MiB of UTF-8, and keeps where each value came from.
     *
     * @throws ConfigException as {@link #read(Path)}
     */
    public LoadedConfig load(Path file) throws ConfigException {
        String source = file.toString();
        try {
            return load(source, utf8(source, bytes(source, file)));
        } catch (NoSuchFileException _) {
            throw unreadable(source, "found no such file; expected a configuration (write one, or set SLUICE_ENDPOINTS)");
        } catch (AccessDeniedException _) {
            throw unreadable(source, "found a file that this user may not read; expected a readable one");
        } catch (IOException e) {
            throw unreadable(source, "found a file that can't be read (%s); expected a readable one".formatted(e.getMessage()));
        }
    }

    /**
     * Reads a text, and keeps where each value came from.
     *
     * @throws ConfigException as {@link #read(String, String)}
     */
    public LoadedConfig load(String source, String yaml) throws ConfigException {
        List<Problem> problems = new ArrayList<>();
        Optional<ConfigNode> root = YamlText.parse(source, yaml, problems);
        if (root.isEmpty()) {
            throw new ConfigException(problems);
        }
        return load(root.get(), new Variables(environment), problems);
    }

    /**
     * The no-file start, with where each value came from.
     *
     * @throws ConfigException as {@link #fromEnvironment()}
     */
    public LoadedConfig loadEnvironment() throws ConfigException {
        if (environment.getOrDefault(ENDPOINTS, "").isBlank()) {
            throw unreadable(ENDPOINTS, "found nothing; expected a list of endpoints such as app:8080,app2:8080 (or a"
                    + " configuration file)");
        }
        Place here = new Place(ENDPOINTS, 0, 0);
        List<ConfigNode> endpoints = new ArrayList<>();
        for (String endpoint : environment.get(ENDPOINTS).split(",", -1)) {
            endpoints.add(text(here, endpoint.strip()));
        }
        Place listen = new Place(LISTEN, 0, 0);
        String address = environment.getOrDefault(LISTEN, "").isBlank() ? "8080" : environment.get(LISTEN).strip();
        ConfigNode root = fields(
                here,
                "listeners", items(listen, fields(listen, "address", text(listen, address))),
                "routes", items(here, fields(here, "service", text(here, "app"))),
                "services", fields(here, "app", fields(here, "endpoints", new Items(endpoints, here))));
        return load(root, new Variables(Map.of()), new ArrayList<>());
    }

    private static LoadedConfig load(ConfigNode root, Variables variables, List<Problem> problems) throws ConfigException {
        Values values = Reading.read(root, variables, problems);
        SluiceConfig config = Assembly.config(values);
        List<Problem> warnings = CrossChecks.run(config, values, problems);
        if (!problems.isEmpty()) {
            problems.sort(Comparator.comparingInt(Problem::line).thenComparingInt(Problem::column));
            throw new ConfigException(problems);
        }
        return new LoadedConfig(config, values.origins(), List.copyOf(warnings));
    }

    private static byte[] bytes(String source, Path file) throws IOException, ConfigException {
        if (Files.isDirectory(file)) {
            throw unreadable(source, "found a directory; expected a file");
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(BYTES_MAX + 1);
            if (bytes.length > BYTES_MAX) {
                throw unreadable(source, "found more than 1 MiB; expected a configuration of at most that");
            }
            return bytes;
        }
    }

    private static String utf8(String source, byte[] bytes) throws ConfigException {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(bytes.length);
        // A decoder that reports leaves the buffers at the first byte that is no UTF-8.
        CoderResult result = StandardCharsets.UTF_8.newDecoder().decode(in, out, true);
        String text = out.flip().toString();
        if (result.isError()) {
            int line = 1 + (int) text.chars().filter(c -> c == '\n').count();
            int column = text.length() - text.lastIndexOf('\n');
            throw new ConfigException(List.of(new Problem(source, line, column, "", "found the byte 0x%02x; expected UTF-8"
                    .formatted(bytes[in.position()] & 0xff))));
        }
        return text.startsWith("\ufeff") ? text.substring(1) : text;
    }

    private static ConfigException unreadable(String source, String what) {
        return new ConfigException(List.of(new Problem(source, 0, 0, "", what)));
    }

    /** A value that stands for itself: a dollar sign in it refers to nothing. */
    private static ConfigNode text(Place place, String value) {
        return new Text(value.replace("$", "$$"), false, place);
    }

    private static ConfigNode items(Place place, ConfigNode item) {
        return new Items(List.of(item), place);
    }

    /** A mapping: name, node, name, node. */
    private static ConfigNode fields(Place place, Object... namesAndNodes) {
        List<Field> fields = new ArrayList<>();
        for (int i = 0; i < namesAndNodes.length; i += 2) {
            fields.add(new Field(new Text((String) namesAndNodes[i], true, place), (ConfigNode) namesAndNodes[i + 1]));
        }
        return new Fields(fields, place);
    }
}
