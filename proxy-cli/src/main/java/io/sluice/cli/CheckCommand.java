package io.sluice.cli;

import io.sluice.config.ConfigDiff;
import io.sluice.config.ConfigException;
import io.sluice.config.ConfigReader;
import io.sluice.config.LoadedConfig;
import io.sluice.config.SluiceConfig;
import io.sluice.transport.Descriptors;
import io.sluice.transport.Transport;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code sluice check}. <em>Loop-confined</em> to the main thread. */
@Command(name = "check", description = "Says what is wrong with a configuration, or what it may cost in memory.")
final class CheckCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Pattern TOKEN = Pattern.compile("[!-~]{16,256}");

    @ParentCommand
    private Sluice sluice;

    @Spec
    private CommandSpec spec;

    @Mixin
    private ConfigSource source;

    @Option(
            names = "--against",
            paramLabel = "FILE|URL",
            description = "Says what a reload would change where FILE is in force, or in the proxy that runs: URL is its admin"
                    + " address, such as http://127.0.0.1:9901. Nothing is changed.")
    private String against;

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "Where the admin address' token is; without, it is SLUICE_ADMIN_TOKEN, if that is set.")
    private Path tokenFile;

    @Override
    public Integer call() {
        Machine machine = sluice.machine();
        LoadedConfig loaded = source.load(machine, spec.commandLine().getErr());
        if (loaded == null) {
            return ExitCode.WRONG_INPUT;
        }
        SluiceConfig config = loaded.config();
        PrintWriter out = spec.commandLine().getOut();
        out.println(source.name(machine) + " is valid: " + count(config.listeners().size(), "listener") + ", "
                + count(config.routes().size(), "route") + ", " + count(config.services().size(), "service") + ", "
                + count(config.eventLoops(), "event loop") + ".");
        ConnectionLimit limit = ConnectionLimit.of(config);
        out.println("Clients connected at once: " + limit.connections() + " (" + limit.source() + ").");
        CertificateLines.of(config, Instant.now()).forEach(out::println);
        out.println();
        int pipesMax = Transport.detect() == Transport.EPOLL ? Descriptors.pipesMax() : 0;
        MemoryTable.of(config, machine, limit.connections(), pipesMax)
                .lines(MemoryLimit.find(machine))
                .forEach(out::println);
        int exit = against == null ? ExitCode.FINE : compare(loaded, machine, out);
        out.flush();
        return exit;
    }

    private int compare(LoadedConfig loaded, Machine machine, PrintWriter out) {
        PrintWriter err = spec.commandLine().getErr();
        List<String> changes;
        try {
            changes = AdminCheck.isUrl(against)
                    ? ask(loaded, machine)
                    : ConfigDiff.of(new ConfigReader(machine.environment()).read(Path.of(against)), loaded.config()).lines();
        } catch (ConfigException e) {
            e.problems().forEach(err::println);
            return ExitCode.WRONG_INPUT;
        } catch (WrongInput e) {
            e.lines.forEach(err::println);
            return ExitCode.WRONG_INPUT;
        }
        out.println();
        out.println("Against " + against + ":");
        changes.forEach(out::println);
        return ExitCode.FINE;
    }

    /** Why there is nothing to compare. <em>Immutable.</em> */
    private static final class WrongInput extends Exception {
        private static final long serialVersionUID = 1;

        private final transient List<String> lines;

        private WrongInput(List<String> lines) {
            super(lines.getFirst(), null, false, false);
            this.lines = lines;
        }
    }

    private List<String> ask(LoadedConfig loaded, Machine machine) throws WrongInput {
        Path file = source.file(machine);
        if (file == null) {
            throw new WrongInput(List.of("sluice: --against " + against + ": found no file; expected -c FILE"));
        }
        Map<String, String> variables = new TreeMap<>();
        loaded.origins().variables().forEach(name -> variables.put(name, machine.environment().get(name)));
        AdminCheck check = AdminCheck.ask(against, token(machine), variables, content(file), PATIENCE);
        if (!check.well()) {
            throw new WrongInput(check.lines());
        }
        return check.lines();
    }

    /** Null if there is none. Never from the command line, which all users of the machine can see. */
    private String token(Machine machine) throws WrongInput {
        String from = tokenFile == null ? "SLUICE_ADMIN_TOKEN" : tokenFile.toString();
        String token = tokenFile == null
                ? machine.environment().getOrDefault("SLUICE_ADMIN_TOKEN", "")
                : new String(content(tokenFile), StandardCharsets.ISO_8859_1).strip();
        if (tokenFile == null && token.isEmpty()) {
            return null;
        }
        if (!TOKEN.matcher(token).matches()) {
            throw new WrongInput(List.of("sluice: " + from + ": found something else than a token; expected 16 to 256 printable"
                    + " ASCII characters without spaces"));
        }
        return token;
    }

    private static byte[] content(Path file) throws WrongInput {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new WrongInput(List.of("sluice: " + file + ": found a file that can't be read; expected a readable one"));
        }
    }

    private static String count(int number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }
}
