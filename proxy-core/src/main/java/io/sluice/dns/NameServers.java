package io.sluice.dns;

import java.util.function.Consumer;

/** Who answers questions about names. <em>Thread-safe.</em> */
@FunctionalInterface
public interface NameServers {
    /** Asks. {@code then} is told exactly once, by any thread, perhaps within this call; it must not block. */
    void ask(String name, RecordType type, Consumer<Reply> then);
}
