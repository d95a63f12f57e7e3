package io.sluice.cli;

import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The program: one command per thing an operator does. <em>Loop-confined</em> to the main thread. */
@Command(
        name = "sluice",
        description = "A non-blocking HTTP/1.1 reverse proxy.",
        subcommands = {
            RunCommand.class, CheckCommand.class, ExplainCommand.class, VersionCommand.class, DemoCommand.class,
            TrainCommand.class
        },
        mixinStandardHelpOptions = false,
        footer = {
            "",
            "Exit codes: 0 fine, 1 could not start, 2 wrong configuration or command line.",
            "Signals to run: SIGTERM or SIGINT drains, a second one stops at once; SIGHUP reopens the access log."
        })
public final class Sluice implements Runnable {
    private final Machine machine;

    @Spec
    private CommandSpec spec;

    @CommandLine.Option(names = {"-h", "--help"}, usageHelp = true, description = "Shows this.", scope = CommandLine.ScopeType.INHERIT)
    private boolean help;

    Sluice(Machine machine) {
        this.machine = machine;
    }

    /** Runs what the arguments say; ends the process with an exit code of {@link ExitCode}. */
    public static void main(String[] arguments) {
        System.exit(commandLine(Machine.current()).execute(arguments));
    }

    /** The commands, ready to execute. */
    static CommandLine commandLine(Machine machine) {
        CommandLine commands = new CommandLine(new Sluice(machine));
        commands.setParameterExceptionHandler((problem, arguments) -> wrongUsage(problem));
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
        throw new ParameterException(spec.commandLine(), "which command? One of: run, check, explain, version, demo");
    }
}
