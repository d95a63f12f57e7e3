package io.sluice.cli;

import io.sluice.config.LoadedConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code sluice run}. <em>Loop-confined</em> to the main thread, which waits here while the proxy runs. */
@Command(name = "run", description = "Runs the proxy until a signal ends it.")
final class RunCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(RunCommand.class);

    @ParentCommand
    private Sluice sluice;

    @Spec
    private CommandSpec spec;

    @Mixin
    private ConfigSource source;

    @Option(
            names = "--no-watch",
            description = "Does not look at the file every 2 s; SIGHUP and POST /reload still read it again.")
    private boolean unwatched;

    @Option(
            names = "--takeover",
            description = "Starts although another sluice of this user listens there; drain that one when this one runs.")
    private boolean takeover;

    @Override
    public Integer call() {
        PrintWriter err = spec.commandLine().getErr();
        Path file = source.file(sluice.machine());
        // Before it is read: a change that comes between is seen when it is looked at.
        String hash = file == null ? "" : ConfigFile.hash(file);
        LoadedConfig loaded = source.load(sluice.machine(), err);
        if (loaded == null) {
            return ExitCode.WRONG_INPUT;
        }
        RunningProxy.Opening opening = takeover ? RunningProxy::takeOver : RunningProxy::start;
        return serve(opening, loaded, sluice.machine(), err, (proxy, shutdown) -> {
            if (file == null) {
                Signals.handle("HUP", () -> reopen(proxy));
            } else {
                obey(proxy, new ConfigFile(file, sluice.machine().environment(), hash, proxy));
            }
        });
    }

    /** Has the proxy follow its file, and SIGHUP. */
    private void obey(RunningProxy proxy, ConfigFile file) {
        proxy.follow(file);
        Signals.handle("HUP", () -> {
            reopen(proxy);
            file.reload();
        });
        if (!unwatched) {
            file.startWatching();
        }
    }

    private static void reopen(RunningProxy proxy) {
        proxy.reopenLogs();
        LOG.info("Access log reopened signal=SIGHUP");
    }

    /**
     * Runs a proxy until it has ended.
     *
     * @param opening how it starts
     * @param started is told of the proxy when it listens, and of the way to end it
     * @return the exit code
     */
    static int serve(
            RunningProxy.Opening opening, LoadedConfig loaded, Machine machine, PrintWriter err,
            BiConsumer<RunningProxy, Shutdown> started) {
        RunningProxy proxy;
        try {
            proxy = opening.open(loaded.config());
        } catch (IOException e) {
            err.println("sluice: could not start: " + e.getMessage());
            return ExitCode.NOT_STARTED;
        }
        Shutdown shutdown = new Shutdown(proxy);
        shutdown.listen(what -> {
            err.println("sluice: " + what);
            err.flush();
        });
        LOG.info("Listening {} version={} startMillis={}", proxy.description(), Build.version(), ProcessAge.millis(machine));
        started.accept(proxy, shutdown);
        shutdown.await();
        return ExitCode.FINE;
    }
}
