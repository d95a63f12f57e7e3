package io.sluice.admin;

import java.util.SortedMap;

/** What the process logs; implemented by whoever brings the logging backend. <em>Thread-safe.</em> */
public interface LogLevels {
    /** The levels that were set, by the name they begin with; the empty name stands for all others. */
    SortedMap<String, String> levels();

    /**
     * Sets the level of all loggers whose names begin so, up to a longer name that has a level of its own.
     *
     * @param logger a package, a class, or empty for all
     * @param level  in upper case, one of {@code TRACE}, {@code DEBUG}, {@code INFO}, {@code WARN}, {@code ERROR}
     */
    void set(String logger, String level);
}
