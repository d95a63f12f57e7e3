package io.sluice.cli;

import io.sluice.config.ConfigException;
import io.sluice.config.ConfigReader;
import io.sluice.config.LoadedConfig;
import java.io.PrintWriter;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The option that says where the configuration is. <em>Loop-confined</em> to the main thread. */
final class ConfigSource {
    private static final String ENDPOINTS = "SLUICE_ENDPOINTS";
    /** Where an image keeps its file: it gives way to both ways of saying so at the start. */
    private static final String USUAL = "SLUICE_CONFIG";

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description = "The configuration. Without it, SLUICE_ENDPOINTS (host:port,…) and SLUICE_LISTEN (8080) are it, or"
                    + " else the file that SLUICE_CONFIG names.")
    private Path option;

    /** Whether a configuration was named at all, by the option or by the environment. */
    boolean named(Machine machine) {
        return file(machine) != null || machine.environment().containsKey(ENDPOINTS);
    }

    /** What to call it in a sentence. */
    String name(Machine machine) {
        Path file = file(machine);
        return file == null ? "the environment" : file.toString();
    }

    /** The file; null = the environment is the configuration, or none was named. */
    Path file(Machine machine) {
        if (option != null || machine.environment().containsKey(ENDPOINTS)) {
            return option;
        }
        String usual = machine.environment().getOrDefault(USUAL, "");
        return usual.isEmpty() ? null : Path.of(usual);
    }

    /**
     * Reads it; what is wrong with it, or probably not meant, is printed.
     *
     * @return null if it can't be used
     */
    LoadedConfig load(Machine machine, PrintWriter err) {
        if (!named(machine)) {
            err.println("sluice: no configuration: name a file with -c FILE, or set SLUICE_ENDPOINTS=host:port"
                    + " (and SLUICE_LISTEN, 8080 by default). 'sluice demo' needs neither.");
            return null;
        }
        try {
            ConfigReader reader = new ConfigReader(machine.environment());
            Path file = file(machine);
            LoadedConfig loaded = file == null ? reader.loadEnvironment() : reader.load(file);
            loaded.warnings().forEach(warning -> err.println("warning: " + warning));
            return loaded;
        } catch (ConfigException e) {
            e.problems().forEach(err::println);
            err.println(e.problems().size() == 1 ? "1 problem" : e.problems().size() + " problems");
            return null;
        }
    }
}
