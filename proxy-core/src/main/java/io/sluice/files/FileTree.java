package io.sluice.files;

import io.sluice.config.ActionConfig;
import io.sluice.config.MatchConfig.PathMatch;
import io.sluice.http.RequestHead;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/**
 * A directory that a route serves. <em>Immutable.</em> Its questions go to the file system and may wait for it: who asks
 * keeps the answers for a while ({@link OpenFiles}).
 */
public final class FileTree {
    private final Path root;
    private final int prefixBytes;
    private final String index;
    private final boolean listing;
    private final boolean precompressed;

    private FileTree(Path root, int prefixBytes, ActionConfig.Files config) {
        this.root = root;
        this.prefixBytes = prefixBytes;
        this.index = config.index();
        this.listing = config.listing();
        this.precompressed = config.precompressed();
    }

    /**
     * Compiles it.
     *
     * @param path what the route matches: a prefix is no part of the names below the root
     * @throws IllegalArgumentException if the root is no directory (any more)
     */
    public static FileTree of(ActionConfig.Files config, PathMatch path) {
        int prefixBytes = path instanceof PathMatch.Prefix prefix ? prefix.path().length() : 1;
        try {
            return new FileTree(config.root().toRealPath(), prefixBytes, config);
        } catch (IOException e) {
            throw new IllegalArgumentException("files.root: found " + config.root() + "; expected a directory", e);
        }
    }

    /** The name below the root that a request means, as {@link RelativePath#of} reads it; null if it can be none. */
    String name(RequestHead head) {
        int start = head.forwardedPathStart();
        int end = head.forwardedPathEnd();
        boolean asReceived = start == head.pathStart() && end == head.pathEnd();
        return RelativePath.of(head.bytes(), start + (asReceived ? prefixBytes : 1), end);
    }

    /** Where this name is once every symbolic link is followed; null if nothing is there, or it lies outside of the root. */
    Path real(String name) {
        try {
            Path real = root.resolve(name).toRealPath();
            return real.startsWith(root) ? real : null;
        } catch (IOException | InvalidPathException _) {
            // No such file; or a name that is too long, leads through a file or in circles, or can't be spelt here.
            return null;
        }
    }

    /** Whether this name is a directory's that may be entered. */
    boolean isDirectory(String name) {
        Path real = real(name);
        return real != null && Files.isDirectory(real);
    }

    /** The file that answers for a directory. */
    String index() {
        return index;
    }

    /** Whether a directory without an index is listed. */
    boolean listing() {
        return listing;
    }

    /** Whether files have compressed neighbours. */
    boolean precompressed() {
        return precompressed;
    }
}
