package io.sluice.cli;

import io.sluice.admin.LogLevels;
import java.io.PrintStream;
import java.time.Clock;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.slf4j.ILoggerFactory;
import org.slf4j.Logger;
import org.slf4j.event.Level;

/**
 * All loggers of the process, and the levels that can be changed while it runs. <em>Thread-safe.</em>
 *
 * <p>A logger asks one volatile field whether to speak; setting a level visits every logger there is.
 */
final class Loggers implements ILoggerFactory, LogLevels {
    private final PrintStream out;
    private final Clock clock;
    private final ConcurrentMap<String, TextLogger> loggers = new ConcurrentHashMap<>();
    /** Replaced as a whole, never changed. */
    private volatile SortedMap<String, String> levels;

    /**
     * Creates them: INFO, but Netty speaks up only when something is wrong.
     *
     * @param out where lines go
     */
    Loggers(PrintStream out, Clock clock) {
        this.out = out;
        this.clock = clock;
        TreeMap<String, String> first = new TreeMap<>();
        first.put("", "INFO");
        first.put("io.netty", "WARN");
        this.levels = Collections.unmodifiableSortedMap(first);
    }

    @Override
    public Logger getLogger(String name) {
        TextLogger logger = loggers.get(name);
        if (logger == null) {
            // Under the lock of set, or a level that is being set might pass it by.
            synchronized (this) {
                logger = loggers.computeIfAbsent(name, it -> new TextLogger(it, level(it), out, clock));
            }
        }
        return logger;
    }

    @Override
    public SortedMap<String, String> levels() {
        return levels;
    }

    @Override
    public synchronized void set(String logger, String level) {
        Level.valueOf(level);
        TreeMap<String, String> next = new TreeMap<>(levels);
        next.put(logger, level);
        levels = Collections.unmodifiableSortedMap(next);
        loggers.forEach((name, each) -> each.level(level(name)));
    }

    /** The level of the longest name that a logger's begins with. */
    private Level level(String logger) {
        String name = logger;
        while (!levels.containsKey(name)) {
            name = name.substring(0, Math.max(0, name.lastIndexOf('.')));
        }
        return Level.valueOf(levels.get(name));
    }
}
