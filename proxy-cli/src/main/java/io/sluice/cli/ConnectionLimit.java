package io.sluice.cli;

import io.sluice.config.SluiceConfig;
import io.sluice.transport.Descriptors;

/**
 * How many clients may be connected at once. <em>Immutable.</em>
 *
 * @param connections at least 1
 * @param source      where the figure comes from
 */
record ConnectionLimit(int connections, String source) {

    /** The configured limit, or the one that follows from the limit of open files and from the size of the heap. */
    static ConnectionLimit of(SluiceConfig config) {
        int configured = config.limits().connections();
        return configured > 0
                ? new ConnectionLimit(configured, "limits.connections")
                : new ConnectionLimit(
                        Descriptors.connectionsMax(),
                        "for four fifths of the open files allowed, two a connection, or what the Java heap holds");
    }
}
