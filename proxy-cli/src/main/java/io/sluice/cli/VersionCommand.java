package io.sluice.cli;

import io.sluice.transport.Transport;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code sluice version}. <em>Loop-confined</em> to the main thread. */
@Command(name = "version", description = "Prints the versions, and what this machine offers.")
final class VersionCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        PrintWriter out = spec.commandLine().getOut();
        out.println("sluice     " + Build.version());
        out.println("java       " + Runtime.version() + " (" + System.getProperty("java.vm.vendor") + ", "
                + System.getProperty("os.name") + " " + System.getProperty("os.arch") + ")");
        out.println("netty      " + Build.nettyVersion());
        out.println("transport  " + Build.transportName(Transport.detect()));
        out.println("zero copy  " + Build.zeroCopyMechanisms(System.getProperty("os.name"))
                + " (docs/zero-copy.md)");
        out.flush();
    }
}
