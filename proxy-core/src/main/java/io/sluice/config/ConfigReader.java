package io.sluice.config;

import java.nio.file.Path;
import java.util.Map;

/** Turns YAML and the environment into a {@link SluiceConfig}, or into every problem at once. <em>Immutable.</em> */
public final class ConfigReader {
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
        throw new UnsupportedOperationException(file + " " + environment.size());
    }

    /**
     * Reads a text.
     *
     * @param source the name problems are reported under
     * @throws ConfigException with every problem
     */
    public SluiceConfig read(String source, String yaml) throws ConfigException {
        throw new UnsupportedOperationException(source + yaml);
    }

    /**
     * The no-file start: {@code SLUICE_LISTEN} (a port or an address; 8080 by default) and {@code SLUICE_ENDPOINTS} (a
     * comma-separated list).
     *
     * @throws ConfigException also when {@code SLUICE_ENDPOINTS} is not set
     */
    public SluiceConfig fromEnvironment() throws ConfigException {
        throw new UnsupportedOperationException();
    }
}
