package io.sluice.config;

import java.util.List;

/** A piece of a configuration as written, with its place; no meaning yet. <em>Immutable.</em> */
sealed interface ConfigNode {

    /** Where it begins. */
    Place place();

    /**
     * A place an operator can go to.
     *
     * @param source the file's name, or the environment variable's
     * @param line   from 1; 0 = the source is an environment variable
     * @param column from 1; 0 = the source is an environment variable
     */
    record Place(String source, int line, int column) {
        /** A problem here. */
        Problem problem(String where, String what) {
            return new Problem(source, line, column, line == 0 ? "" : where, what);
        }
    }

    /**
     * A scalar.
     *
     * @param plain without quotes, so that nothing, {@code null} and {@code ~} mean nothing
     */
    record Text(String text, boolean plain, Place place) implements ConfigNode {
        /** Whether nothing was written. */
        boolean absent() {
            return plain && (text.isEmpty() || text.equals("~") || text.equals("null"));
        }
    }

    /** A list. */
    record Items(List<ConfigNode> items, Place place) implements ConfigNode {}

    /** A mapping; no key stands in it twice. */
    record Fields(List<Field> fields, Place place) implements ConfigNode {}

    /** One key of a mapping and what it holds. */
    record Field(Text key, ConfigNode value) {}

    /** Something already reported: it is there, but says nothing. */
    record Refused(Place place) implements ConfigNode {}
}
