package io.sluice.cli;

import io.sluice.config.ConfigDiff;
import io.sluice.config.ConfigException;
import io.sluice.config.ConfigReader;
import io.sluice.config.LoadedConfig;
import io.sluice.config.SluiceConfig;
import io.sluice.transport.Descriptors;
import io.sluice.transport.Transport;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code sluice check}. <em>Loop-confined</em> to the main thread. */
@Command(name = "check", description = "Says what is wrong with a configuration, or what it may cost in memory.")
final class CheckCommand implements Callable<Integer> {
    @ParentCommand
    private Sluice sluice;

    @Spec
    private CommandSpec spec;

    @Mixin
    private ConfigSource source;

    @Option(
            names = "--against",
            paramLabel = "FILE",
            description = "Says what a reload would change where FILE is in force.")
    private Path against;

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
        out.println();
        int pipesMax = Transport.detect() == Transport.EPOLL ? Descriptors.pipesMax() : 0;
        MemoryTable.of(config, machine, limit.connections(), pipesMax)
                .lines(MemoryLimit.find(machine))
                .forEach(out::println);
        int exit = against == null ? ExitCode.FINE : compare(config, machine, out);
        out.flush();
        return exit;
    }

    private int compare(SluiceConfig config, Machine machine, PrintWriter out) {
        SluiceConfig running;
        try {
            running = new ConfigReader(machine.environment()).read(against);
        } catch (ConfigException e) {
            e.problems().forEach(spec.commandLine().getErr()::println);
            return ExitCode.WRONG_INPUT;
        }
        out.println();
        out.println("Against " + against + ":");
        ConfigDiff.of(running, config).lines().forEach(out::println);
        return ExitCode.FINE;
    }

    private static String count(int number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }
}
