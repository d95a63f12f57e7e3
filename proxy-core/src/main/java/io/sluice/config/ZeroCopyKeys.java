package io.sluice.config;

import static io.sluice.config.Key.section;
import static io.sluice.config.Key.value;
import static io.sluice.config.ValueType.flag;
import static io.sluice.config.ValueType.size;

import java.util.List;

/** The keys about bodies that cross inside the kernel. <em>Immutable.</em> */
final class ZeroCopyKeys {
    private static final long KIB = 1L << 10;

    private ZeroCopyKeys() {}

    static List<Key> process() {
        return List.of(
                section("zeroCopy", "Large bodies cross inside the kernel, by splice, where nothing has to see their bytes:"
                        + " Linux, plain TCP on both sides. The access log says of each response whether it did, or why not."),
                value("zeroCopy.enabled", flag(), "false: every body is copied through our buffers.").byDefault("true"),
                value("zeroCopy.threshold", size(1, 1L << 30), "Bodies, or chunks in hand, of which less is left are"
                                + " copied: up to about here that is cheaper.")
                        .byDefault("128KiB"),
                value("zeroCopy.pipeSize", size(4 * KIB, 1L << 20), "What each pipe is asked to hold. The kernel may grant"
                                + " less to a process without privileges.")
                        .byDefault("1MiB"));
    }

    static List<Key> service() {
        return List.of(
                section("services.*.zeroCopy", "Bodies from and to these endpoints."),
                value("services.*.zeroCopy.enabled", flag(), "false: they are copied, whatever the route says.")
                        .byDefault("true"));
    }
}
