package io.sluice.files;

import io.sluice.transport.Deadline;
import io.sluice.transport.DeadlineWheel;
import java.io.IOException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The files that one event loop has open: each is kept for a second, so that many requests for it cost the file system one.
 * Opening may wait for the file system, and the loop with it: a root belongs on a local disk. <em>Loop-confined.</em>
 * <em>Ownership</em>: of all that it keeps. <em>Ends</em> with {@link #close}.
 */
public final class OpenFiles implements AutoCloseable {
    /** How long a change may go unseen. */
    static final long KEPT_NANOS = 1_000_000_000L;
    static final int KEPT_MAX = 128;

    private final DeadlineWheel wheel;
    private final Deadline expiry;
    /** Oldest first. */
    private final Map<Key, Kept> kept = new LinkedHashMap<>();

    /** Keeps nothing yet. */
    public OpenFiles(DeadlineWheel wheel) {
        this.wheel = wheel;
        this.expiry = new Deadline(wheel, this::expire);
    }

    private record Key(FileTree tree, String name) {}

    private record Kept(ServedFile file, long untilNanos) {}

    /**
     * The file of this name, or null; borrowed until the next call.
     *
     * @throws IOException if it is there but can't be read
     */
    ServedFile find(FileTree tree, String name) throws IOException {
        Key key = new Key(tree, name);
        Kept found = kept.get(key);
        if (found != null) {
            if (found.untilNanos() - wheel.nowNanos() > 0) {
                return found.file();
            }
            expire();
        }
        ServedFile file = ServedFile.open(tree, name);
        if (file != null) {
            if (kept.size() == KEPT_MAX) {
                dropOldest();
            }
            kept.put(key, new Kept(file, wheel.nowNanos() + KEPT_NANOS));
            if (kept.size() == 1) {
                expiry.at(wheel.nowNanos() + KEPT_NANOS);
            }
        }
        return file;
    }

    /** How many are kept. */
    int size() {
        return kept.size();
    }

    private void expire() {
        while (!kept.isEmpty()) {
            long untilNanos = kept.values().iterator().next().untilNanos();
            if (untilNanos - wheel.nowNanos() > 0) {
                expiry.at(untilNanos);
                return;
            }
            dropOldest();
        }
    }

    private void dropOldest() {
        Iterator<Kept> oldest = kept.values().iterator();
        ServedFile file = oldest.next().file();
        oldest.remove();
        file.release();
    }

    /** Gives up all it keeps; what is being sent stays open until it was. */
    @Override
    public void close() {
        while (!kept.isEmpty()) {
            dropOldest();
        }
        expiry.cancel();
    }
}
