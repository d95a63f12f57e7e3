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
 * @param rows        the parts, in the order they are shown
 * @param connections client connections open at once, at least 1
 * @param heapBytes   the most the Java heap may grow to
 * @param eventLoops  at least 1
 * @param kernel      the kernel's limits the rows were made with
 * @param pipes       what bodies are spliced through
 */
record MemoryTable(
        List<Row> rows, int connections, long heapBytes, int eventLoops, KernelBuffers kernel, Pipes pipes) {
    /** A connection may have a request and a response under way. */
    private static final int PIPES_PER_CONNECTION = 2;
    private static final String PIPES = "pipes, zeroCopy.pipeSize";

    /**
     * The pipes that there may be at once.
     *
     * @param max  how many; 0 where nothing is spliced
     * @param each bytes that one may hold
     */
    record Pipes(int max, long each) {
        long number(long clients) {
            return Math.min(max, PIPES_PER_CONNECTION * clients);
        }

        long bytes(long clients) {
            return number(clients) * each;
        }
    }

    /** Who holds the memory of a row. */
    enum Holder {
        /** The kernel, in socket buffers. */
        KERNEL,
        /** This process, beside the heap. */
        PROCESS,
        /** Nobody: another listener or service may stand in this one's place, and costs more. */
        NOBODY
    }

    /**
     * A part of what one client connection may cost.
     *
     * @param what   what it is, for people
     * @param each   bytes per connection
     * @param holder who holds them
     */
    record Row(String what, long each, Holder holder) {}

    /**
     * Makes the table.
     *
     * @param connections client connections open at once, at least 1
     * @param pipesMax    pipes open at once; 0 where this system splices nothing
     */
    static MemoryTable of(SluiceConfig config, Machine machine, int connections, int pipesMax) {
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
        rows.add(bodies(config));
        rows.add(new Row(
                "heads, limits.requestHead + responseHead",
                (long) config.limits().requestHead() + config.limits().responseHead(),
                Holder.PROCESS));
        boolean spliced = config.routes().stream().anyMatch(route -> route.zeroCopy().enabled());
        Pipes pipes = new Pipes(spliced ? pipesMax : 0, config.zeroCopy().pipeSize());
        return new MemoryTable(List.copyOf(rows), connections, machine.heapBytes(), config.eventLoops(), kernel, pipes);
    }

    /** What waits on both sides; or, of a request, what is kept of its body, which takes twice its size at the most. */
    private static Row bodies(SluiceConfig config) {
        long waits = config.buffers().highWatermark();
        long kept = 2L * config.routes().stream().mapToInt(route -> route.retry().replayBytes()).max().orElse(0);
        return kept <= waits
                ? new Row("bodies, 2 × buffers.highWatermark", 2 * waits, Holder.PROCESS)
                : new Row("bodies, buffers.highWatermark + 2 × retry.replayBody", waits + kept, Holder.PROCESS);
    }

    private static Row socket(String what, SocketConfig socket, KernelBuffers kernel) {
        long send = kernel.sendBytes(socket);
        long receive = kernel.receiveBytes(socket);
        String text = what + ": send " + bytes(send) + " + receive " + bytes(receive);
        return new Row(text, send + receive, Holder.KERNEL);
    }

    private static void addWithDearest(List<Row> rows, List<Row> sockets) {
        Row dearest = null;
        for (Row socket : sockets) {
            if (dearest == null || socket.each > dearest.each) {
                dearest = socket;
            }
        }
        for (Row socket : sockets) {
            rows.add(socket == dearest ? socket : new Row(socket.what, socket.each, Holder.NOBODY));
        }
    }

    /** Bytes that one client connection may cost this holder. */
    long perConnection(Holder holder) {
        return rows.stream().filter(row -> row.holder == holder).mapToLong(Row::each).sum();
    }

    /** Bytes that so many connections and the heap may cost together. */
    private long total(long clients) {
        long buffers = perConnection(Holder.KERNEL) * clients;
        // However many sockets: beyond this the kernel drops packets rather than keep them (tcp(7), tcp_mem).
        long kept = kernel.all() > 0 ? Math.min(buffers, kernel.all()) : buffers;
        return kept + perConnection(Holder.PROCESS) * clients + pipes.bytes(clients) + heapBytes;
    }

    /** Bytes that everything together may cost. */
    long total() {
        return total(connections);
    }

    /** The most connections whose worst case stays within a limit, up to the configured number; 0 if none does. */
    long fitting(long limitBytes) {
        long fits = 0;
        long tooMany = (long) connections + 1;
        while (tooMany - fits > 1) {
            long middle = (fits + tooMany) / 2;
            if (total(middle) <= limitBytes) {
                fits = middle;
            } else {
                tooMany = middle;
            }
        }
        return fits;
    }

    /** The table and what it means, as lines for people. */
    List<String> lines(MemoryLimit limit) {
        List<String> lines = new ArrayList<>();
        lines.add("Memory in the worst case: every connection open, every buffer full");
        lines.add(line("", "each", "number", "total"));
        for (Row row : rows) {
            lines.add(row.holder == Holder.NOBODY
                    ? line(row.what, bytes(row.each), "or", "")
                    : line(row.what, bytes(row.each), "× " + connections, bytes(row.each * connections)));
        }
        long buffers = perConnection(Holder.KERNEL) * connections;
        if (kernel.all() > 0 && kernel.all() < buffers) {
            lines.add(line("all sockets together, at most (tcp_mem)", "", "", bytes(kernel.all())));
        }
        if (pipes.max > 0) {
            lines.add(line(
                    PIPES, bytes(pipes.each), "× " + pipes.number(connections), bytes(pipes.bytes(connections))));
        }
        lines.add(line("Java heap, at most", "", "", bytes(heapBytes)));
        lines.add(line("together", "", "", bytes(total())));
        long each = (total() - heapBytes) / eventLoops;
        lines.add(line("of it, for each event loop's clients", "", "1 of " + eventLoops, bytes(each)));
        lines.add(line("limit: " + limit.source(), "", "", limit.bytes() < 0 ? "unknown" : bytes(limit.bytes())));
        lines.add("");
        lines.add(verdict(limit));
        lines.add("A kernel buffer grows to its full size only while a transfer needs it: this is what may happen, not what"
                + " usually does.");
        return lines;
    }

    private String verdict(MemoryLimit limit) {
        if (limit.bytes() < 0) {
            return "No limit to compare with: " + limit.source() + ".";
        }
        if (total() <= limit.bytes()) {
            return "It fits: the worst case takes " + percent(limit) + " % of the limit.";
        }
        long fitting = fitting(limit.bytes());
        String hint = fitting > 0
                ? "limits.connections: " + fitting
                        + " would fit, or smaller socket.sendBuffer and socket.receiveBuffer (listeners and services)."
                : "The Java heap alone leaves no room; JAVA_OPTS=-Xmx256m would make it smaller.";
        return "It does not fit: the worst case takes " + percent(limit) + " % of the limit. " + hint;
    }

    private String percent(MemoryLimit limit) {
        return String.format(Locale.ROOT, "%.0f", Math.ceil(100.0 * total() / limit.bytes()));
    }

    private String line(String what, String each, String number, String total) {
        int width = rows.stream().mapToInt(row -> row.what.length()).max().orElse(0) + 2;
        return String.format(Locale.ROOT, "  %-" + width + "s %9s %9s %9s", what, each, number, total).stripTrailing();
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
