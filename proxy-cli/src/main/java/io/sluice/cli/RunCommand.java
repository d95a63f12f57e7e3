package io.sluice.cli;

import io.sluice.config.LoadedConfig;
import java.io.IOException;
import java.io.PrintWriter;
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
        String hash = source.file() == null ? "" : ConfigFile.hash(source.file());
        LoadedConfig loaded = source.load(sluice.machine(), err);
        if (loaded == null) {
            return ExitCode.WRONG_INPUT;
        }
        RunningProxy.Opening opening = takeover ? RunningProxy::takeOver : RunningProxy::start;
        return serve(opening, loaded, sluice.machine(), err, (proxy, shutdown) -> obey(proxy, hash));
    }

    /** Has the proxy follow its file, if there is one, and SIGHUP. */
    private void obey(RunningProxy proxy, String hash) {
        if (source.file() == null) {
            Signals.handle("HUP", () -> reopen(proxy));
            return;
        }
        ConfigFile file = new ConfigFile(source.file(), sluice.machine().environment(), hash, proxy);
        proxy.reloadsBy(file::reload);
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
