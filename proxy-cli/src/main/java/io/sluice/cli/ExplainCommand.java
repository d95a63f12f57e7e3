package io.sluice.cli;

import io.sluice.config.KeyReference;
import io.sluice.config.LoadedConfig;
import io.sluice.config.Origins;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code sluice explain}. <em>Loop-confined</em> to the main thread. */
@Command(name = "explain", description = "Says what a key means, its default, and the value in force.")
final class ExplainCommand implements Callable<Integer> {
    @ParentCommand
    private Sluice sluice;

    @Spec
    private CommandSpec spec;

    @Mixin
    private ConfigSource source;

    @Parameters(
            arity = "0..1",
            paramLabel = "KEY",
            description = "A key such as timeouts.connect or services.app.pool; without it, all keys are listed.")
    private String key;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        if (key == null) {
            KeyReference.entries().forEach(entry -> out.printf("%-48s %s%n", entry.path(), entry.defaultText()));
            out.flush();
            return ExitCode.FINE;
        }
        Optional<KeyReference.Entry> entry = KeyReference.find(key);
        if (entry.isEmpty()) {
            err.println("sluice: no key is called " + key + "; " + hint());
            return ExitCode.WRONG_INPUT;
        }
        LoadedConfig loaded = null;
        if (source.named(sluice.machine())) {
            loaded = source.load(sluice.machine(), err);
            if (loaded == null) {
                return ExitCode.WRONG_INPUT;
            }
        }
        print(entry.get(), loaded, out);
        out.flush();
        return ExitCode.FINE;
    }

    private String hint() {
        List<String> near = KeyReference.closest(key);
        return near.isEmpty()
                ? "'sluice explain' lists all."
                : "did you mean " + String.join(" or ", near) + "? 'sluice explain' lists all.";
    }

    private void print(KeyReference.Entry entry, LoadedConfig loaded, PrintWriter out) {
        out.println(entry.path());
        out.println("  " + entry.meaning());
        out.println("  type:     " + entry.type());
        out.println("  default:  " + entry.defaultText());
        if (loaded == null) {
            out.println("  in force: the default; name a configuration with -c FILE to see its value");
            return;
        }
        List<Origins.Setting> settings = loaded.origins().inForce(key);
        if (settings.isEmpty()) {
            out.println("  in force: not set");
        }
        for (Origins.Setting setting : settings) {
            String name = setting.path().equals(key) ? "" : setting.path() + " = ";
            out.println("  in force: " + name + setting.text() + "  (" + setting.origin() + ")");
        }
    }
}
