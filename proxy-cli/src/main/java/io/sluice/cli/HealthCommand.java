package io.sluice.cli;

import io.sluice.config.HostPort;
import io.sluice.config.LoadedConfig;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/**
 * {@code sluice health}: what a container's health check runs, so that the image needs neither curl nor a shell.
 * <em>Loop-confined</em> to the main thread.
 */
@Command(
        name = "health",
        description = "Asks the proxy that runs here with this configuration whether it is ready; exit code 0 or 1.")
final class HealthCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    @ParentCommand
    private Sluice sluice;

    @Spec
    private CommandSpec spec;

    @Mixin
    private ConfigSource source;

    @Option(names = "--live", description = "Asks whether it lives; one that drains does, but is not ready.")
    private boolean live;

    @Override
    public Integer call() {
        PrintWriter err = spec.commandLine().getErr();
        LoadedConfig loaded = source.load(sluice.machine(), err);
        if (loaded == null) {
            return ExitCode.WRONG_INPUT;
        }
        HostPort admin = loaded.config().admin().address();
        if (admin == null || admin.port() == 0) {
            err.println("sluice: admin.address: found " + (admin == null ? "off" : admin)
                    + "; expected an address with a port, or there is nothing to ask");
            return ExitCode.WRONG_INPUT;
        }
        HealthAnswer answer = HealthAnswer.ask(admin, live ? "/livez" : "/readyz", PATIENCE);
        PrintWriter out = spec.commandLine().getOut();
        out.println(answer.text());
        out.flush();
        return answer.well() ? ExitCode.FINE : ExitCode.NOT_STARTED;
    }
}
