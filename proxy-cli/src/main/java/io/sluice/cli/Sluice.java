package io.sluice.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The program: one command per thing an operator does. <em>Loop-confined</em> to the main thread. */
@Command(
        name = "sluice",
        description = "A non-blocking HTTP/1.1 reverse proxy.",
        footer = {
            "",
            "Exit codes: 0 fine, 1 could not start (health: not ready), 2 wrong configuration or command line.",
            "Signals to run: SIGTERM or SIGINT drains, a second one stops at once; SIGHUP reopens the access"
                    + " log and reads the configuration again."
        })
public final class Sluice implements Runnable {
    /** By name, in the order of the help; a list, since that has one. */
    private static final List<Entry<String, Class<?>>> COMMANDS = List.of(
            Map.entry("run", RunCommand.class),
            Map.entry("check", CheckCommand.class),
            Map.entry("health", HealthCommand.class),
            Map.entry("explain", ExplainCommand.class),
            Map.entry("version", VersionCommand.class),
            Map.entry("demo", DemoCommand.class),
            Map.entry("train", TrainCommand.class));

    private final Machine machine;

    @Spec
    private CommandSpec spec;

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Shows this.", scope = ScopeType.INHERIT)
    private boolean help;

    Sluice(Machine machine) {
        this.machine = machine;
    }

    /** Runs what the arguments say; ends the process with an exit code of {@link ExitCode}. */
    public static void main(String[] arguments) {
        System.exit(commandLine(Machine.current(), arguments).execute(arguments));
    }

    /**
     * The commands that these arguments may need, ready to execute them.
     *
     * <p>If they name a command that is the only one: picocli's class files are too old for the JVM's start-up cache, and
     * what it does for all the commands would be the longest part of the start.
     */
    static CommandLine commandLine(Machine machine, String... arguments) {
        CommandLine commands = new CommandLine(new Sluice(machine));
        String first = arguments.length == 0 ? "" : arguments[0];
        boolean known = COMMANDS.stream().anyMatch(command -> command.getKey().equals(first));
        for (Entry<String, Class<?>> command : COMMANDS) {
            if (!known || command.getKey().equals(first)) {
                commands.addSubcommand(command.getKey(), command.getValue());
            }
        }
        commands.setParameterExceptionHandler((problem, given) -> wrongUsage(problem));
        commands.setExecutionExceptionHandler((problem, command, parsed) -> unexpected(problem, command));
        return commands;
    }

    private static int wrongUsage(ParameterException problem) {
        CommandLine command = problem.getCommandLine();
        PrintWriter err = command.getErr();
        err.println("sluice: " + problem.getMessage());
        UnmatchedArgumentException.printSuggestions(problem, err);
        err.println("'" + command.getCommandSpec().qualifiedName() + " --help' shows what it takes.");
        return ExitCode.WRONG_INPUT;
    }

    /** What no command foresaw is a defect: whoever reports it needs the stack trace. */
    private static int unexpected(Exception problem, CommandLine command) {
        command.getErr().println("sluice: unexpected failure; please report it with these lines:");
        problem.printStackTrace(command.getErr());
        return ExitCode.NOT_STARTED;
    }

    /** What the commands see of the machine. */
    Machine machine() {
        return machine;
    }

    /** Without a command there is nothing to do but to say which there are. */
    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "which command? One of: run, check, health, explain, version, demo");
    }
}
