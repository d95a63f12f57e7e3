package io.sluice.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sluice demo}. <em>Loop-confined</em> to the main thread, which waits here while the demo runs. */
@Command(name = "demo", description = "Runs a proxy before two backends of its own, with requests to try.")
final class DemoCommand implements Callable<Integer> {
    private static final int ADMIN_PORT = 9901;
    private static final int TLS_PORT = 8443;
    private static final String ACCESS_LOG = "{ path: stdout, format: common }";
    private static final int PORT_MAX = 65_535;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--port",
            defaultValue = "8080",
            description = "Where the proxy listens; a free port if it is taken (default: ${DEFAULT-VALUE}; 0: any).")
    private int port;

    private final CountDownLatch end = new CountDownLatch(1);

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter err = spec.commandLine().getErr();
        if (port < 0 || port > PORT_MAX) {
            err.println("sluice: --port: found " + port + "; expected a whole number from 0 to " + PORT_MAX);
            return ExitCode.WRONG_INPUT;
        }
        // Asked beforehand: where listeners share ports (SO_REUSEPORT), a second demo would get half of the first one's
        // connections rather than an error.
        int chosen = orAny(port);
        if (chosen != port) {
            err.println("sluice: port " + port + " is taken; using a free one instead.");
        }
        Demo.Ports ports = new Demo.Ports(chosen, orAny(TLS_PORT), orAny(ADMIN_PORT));
        try (Demo demo = Demo.start(ports, ACCESS_LOG)) {
            Signals.handle("INT", end::countDown);
            Signals.handle("TERM", end::countDown);
            print(demo, spec.commandLine().getOut());
            end.await();
        } catch (IOException e) {
            err.println("sluice: could not start: " + e.getMessage());
            return ExitCode.NOT_STARTED;
        }
        return ExitCode.FINE;
    }

    private static int orAny(int wanted) {
        return Demo.free(wanted) ? wanted : 0;
    }

    static void print(Demo demo, PrintWriter out) {
        out.println("Two backends run in this process, and a proxy in front of them with this configuration:");
        out.println();
        demo.yaml().lines().forEach(line -> out.println("    " + line));
        out.println();
        out.println("Try in another terminal, and look at …");
        for (Demo.Example example : demo.examples()) {
            out.println();
            out.println("    " + example.command());
            out.println("      … " + example.lookFor());
        }
        out.println();
        String admin = RunningProxy.text(demo.adminAddress());
        out.println("What was counted: curl http://" + admin + "/metrics | grep sluice_requests");
        out.println("Every request makes a line here. Ctrl-C ends the demo.");
        out.println();
        out.flush();
    }
}
