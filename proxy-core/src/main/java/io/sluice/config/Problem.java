package io.sluice.config;

/**
 * One thing wrong with a configuration. <em>Immutable.</em>
 *
 * @param source the file's name, or the environment variable's
 * @param line   from 1; 0 = no place in a file
 * @param column from 1; 0 = no place in a file
 * @param where  the key's path, such as {@code services.app.endpoints[1].weight}; may be empty
 * @param what   what was found, what was expected, and a hint where one is obvious
 */
public record Problem(String source, int line, int column, String where, String what) {

    /** The line an operator reads: {@code sluice.yaml:41:13  services.app.endpoints[1].weight: found -1; expected …}. */
    @Override
    public String toString() {
        String place = line == 0 ? source : source + ":" + line + ":" + column;
        return where.isEmpty() ? place + "  " + what : place + "  " + where + ": " + what;
    }
}
