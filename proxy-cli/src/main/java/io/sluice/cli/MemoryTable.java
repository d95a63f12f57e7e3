package io.sluice.cli;

import io.sluice.config.ListenerConfig;
import io.sluice.config.ServiceConfig;
import io.sluice.config.SluiceConfig;
import io.sluice.config.SocketConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a configuration may cost in memory if everything happens at once: every connection open, on the dearest listener
 * and to the dearest service, and every buffer full. <em>Immutable.</em>
 *
 * @param rows        the parts, in the order they are shown; those of one connection first
 * @param connections client connections open at once, at least 1
 * @param heapBytes   the most the Java heap may grow to
 * @param eventLoops  at least 1
 * @param kernel      the kernel's limits the rows were made with
 */
record MemoryTable(List<Row> rows, int connections, long heapBytes, int eventLoops, KernelBuffers kernel) {

    /**
     * A part of what one client connection may cost.
     *
     * @param what   what it is, for people
     * @param each   bytes per connection
     * @param counts whether it is in the sum; not so the listeners and services that others exceed
     */
    record Row(String what, long each, boolean counts) {}

    /**
     * Makes the table.
     *
     * @param connections client connections open at once, at least 1
     */
    static MemoryTable of(SluiceConfig config, Machine machine, int connections) {
        KernelBuffers kernel = KernelBuffers.of(machine);
        List<Row> rows = new ArrayList<>();
        List<Row> sockets = new ArrayList<>();
        for (ListenerConfig listener : config.listeners()) {
            sockets.add(socket("client socket, " + listener.name() + " " + listener.address(), listener.socket(), kernel));
        }
        addWithDearest(rows, sockets);
        sockets.clear();
        for (ServiceConfig service : config.services().values()) {
            sockets.add(socket("backend socket, " + service.name(), service.socket(), kernel));
        }
        addWithDearest(rows, sockets);
        rows.add(new Row("bodies, 2 × buffers.highWatermark", 2L * config.buffers().highWatermark(), true));
        rows.add(new Row(
                "heads, limits.requestHead + responseHead",
                (long) config.limits().requestHead() + config.limits().responseHead(),
                true));
        return new MemoryTable(List.copyOf(rows), connections, machine.heapBytes(), config.eventLoops(), kernel);
    }

    private static Row socket(String what, SocketConfig socket, KernelBuffers kernel) {
        long send = kernel.sendBytes(socket);
        long receive = kernel.receiveBytes(socket);
        String text = what + ": send " + bytes(send) + " + receive " + bytes(receive);
        return new Row(text, send + receive, true);
    }

    private static void addWithDearest(List<Row> rows, List<Row> sockets) {
        Row dearest = null;
        for (Row socket : sockets) {
            if (dearest == null || socket.each > dearest.each) {
                dearest = socket;
            }
        }
        for (Row socket : sockets) {
            rows.add(new Row(socket.what, socket.each, socket == dearest));
        }
    }

    /** Bytes that one client connection may cost. */
    long perConnection() {
        return rows.stream().filter(Row::counts).mapToLong(Row::each).sum();
    }

    /** Bytes that everything together may cost. */
    long total() {
        return perConnection() * connections + heapBytes;
    }

    /** The table and what it means, as lines for people. */
    List<String> lines(MemoryLimit limit) {
        List<String> lines = new ArrayList<>();
        lines.add("Memory in the worst case: every connection open, every buffer full");
        lines.add(line("", "each", "number", "total"));
        for (Row row : rows) {
            lines.add(row.counts
                    ? line("  " + row.what, bytes(row.each), "× " + connections, bytes(row.each * connections))
                    : line("  " + row.what, bytes(row.each), "instead", ""));
        }
        lines.add(line("  one connection", bytes(perConnection()), "× " + connections, bytes(perConnection() * connections)));
        lines.add(line("  one event loop's share", "", "1 of " + eventLoops, bytes(perConnection() * connections / eventLoops)));
        lines.add(line("  Java heap, at most", bytes(heapBytes), "× 1", bytes(heapBytes)));
        lines.add(line("  together", "", "", bytes(total())));
        lines.add(line("  limit: " + limit.source(), "", "", limit.bytes() < 0 ? "unknown" : bytes(limit.bytes())));
        lines.add("");
        lines.add(verdict(limit));
        if (kernel.all() > 0) {
            lines.add("The kernel's part is what it may take, not what it takes: a buffer grows only while a transfer needs"
                    + " it, and all TCP sockets of the machine together stay below " + bytes(kernel.all()) + " (tcp_mem).");
        }
        return lines;
    }

    private String verdict(MemoryLimit limit) {
        if (limit.bytes() < 0) {
            return "No limit to compare with: " + limit.source() + ".";
        }
        if (total() <= limit.bytes()) {
            return "It fits: the worst case takes " + percent(limit) + " % of the limit.";
        }
        long fitting = (limit.bytes() - heapBytes) / perConnection();
        String hint = fitting > 0
                ? "limits.connections: " + Math.min(fitting, Integer.MAX_VALUE)
                        + " would fit, or smaller socket.sendBuffer and socket.receiveBuffer (listeners and services)."
                : "The Java heap alone leaves no room; JAVA_OPTS=-Xmx256m would make it smaller.";
        return "It does not fit: the worst case takes " + percent(limit) + " % of the limit. " + hint;
    }

    private String percent(MemoryLimit limit) {
        return String.format(Locale.ROOT, "%.0f", Math.ceil(100.0 * total() / limit.bytes()));
    }

    private static String line(String what, String each, String number, String total) {
        return String.format(Locale.ROOT, "%-66s %9s %9s %9s", what, each, number, total).stripTrailing();
    }

    /** Bytes in the largest unit that leaves a figure of at least 1. */
    static String bytes(long bytes) {
        if (bytes < 1024) {
            return bytes + " B";
        }
        int unit = Math.min((63 - Long.numberOfLeadingZeros(bytes)) / 10, 4);
        double figure = (double) bytes / (1L << (10 * unit));
        String digits = figure == Math.rint(figure) ? "%.0f" : "%.1f";
        return String.format(Locale.ROOT, digits + " %ciB", figure, "BKMGT".charAt(unit));
    }
}
