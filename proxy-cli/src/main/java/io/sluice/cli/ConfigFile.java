package io.sluice.cli;

import io.sluice.config.ConfigException;
import io.sluice.config.ConfigReader;
import io.sluice.config.Problem;
import io.sluice.config.SluiceConfig;
import io.sluice.server.ReloadResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The configuration file of a running proxy: puts in force what is written there, when asked, or when it has changed.
 * <em>Thread-safe.</em> <em>Ends</em> by {@link #close}.
 *
 * <p>Whether it has changed is seen by its content, not by events or times of the file system: a file mounted into a
 * container is often replaced behind a symbolic link, and no event tells.
 */
final class ConfigFile implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ConfigFile.class);
    private static final long LOOK_MILLIS = 2000;

    /** What a running proxy makes of another configuration. */
    interface Target {
        /** Puts it in force, or says why not. */
        ReloadResult reload(SluiceConfig config);

        /** Notes that there is none, for these reasons. */
        ReloadResult refuse(List<String> problems);
    }

    private final Path file;
    private final ConfigReader reader;
    private final Target target;
    private final Thread watch = Thread.ofPlatform().daemon().name("sluice-config").unstarted(this::watch);
    private final CountDownLatch closed = new CountDownLatch(1);
    /** Guarded by this; of what was last tried. */
    private String tried;
    /** Guarded by this; content and problems last logged. */
    private String logged = "";

    /**
     * Creates it; nobody looks yet.
     *
     * @param loaded hash of the content in force, by {@link #hash} before it was read
     */
    ConfigFile(Path file, Map<String, String> environment, String loaded, Target target) {
        this.file = file;
        this.reader = new ConfigReader(environment);
        this.tried = loaded;
        this.target = target;
    }

    /** What stands for the content of a file; for one that can't be read, that it can't. */
    static String hash(Path file) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
        } catch (IOException e) {
            return "unreadable";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** Looks every two seconds from now on. */
    void startWatching() {
        watch.start();
    }

    private void watch() {
        try {
            // Not ended by an interrupt: one in the midst of reading would make the file look unreadable.
            while (!closed.await(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                look();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Reloads if there is another content than was last tried. */
    synchronized void look() {
        if (!hash(file).equals(tried)) {
            reload();
        }
    }

    /** Puts in force what the file holds now, or leaves all as it is and says why. Blocks; one at a time. */
    synchronized ReloadResult reload() {
        // Before it is read: a change that comes between is seen the next time.
        tried = hash(file);
        ReloadResult result;
        try {
            result = target.reload(reader.read(file));
        } catch (ConfigException e) {
            result = target.refuse(e.problems().stream().map(Problem::toString).toList());
        } catch (RuntimeException e) {
            // A defect. What runs goes on, and so does the looking: the next content may be without what led to it.
            LOG.error("Reload failed by a defect file={}", file, e);
            result = target.refuse(List.of("it could not be put in force by a defect of the proxy; its log has more: " + e));
        }
        log(result);
        return result;
    }

    private void log(ReloadResult result) {
        String said = tried + result.problems();
        if (!result.accepted() && !said.equals(logged)) {
            LOG.error("Configuration refused, the one before stays in force file={} problems={}\n{}", file,
                    result.problems().size(), String.join("\n", result.problems()));
        } else if (result.accepted()) {
            LOG.info("Configuration in force file={} revision={}\n{}", file, result.revision(),
                    String.join("\n", result.lines()));
        }
        logged = said;
    }

    /** Ends the looking; whoever asks still has it read. Idempotent. */
    @Override
    public void close() {
        closed.countDown();
    }
}
