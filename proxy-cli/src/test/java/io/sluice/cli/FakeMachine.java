package io.sluice.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Kernel files of a machine that is not this one. */
final class FakeMachine {
    static final long HEAP_BYTES = 256L << 20;

    private final Path root;

    FakeMachine(Path root) {
        this.root = root;
    }

    FakeMachine with(String file, String text) {
        try {
            Path path = root.resolve(file);
            Files.createDirectories(path.getParent());
            Files.writeString(path, text);
            return this;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    Machine machine() {
        return new Machine(Map.of(), root, HEAP_BYTES);
    }
}
