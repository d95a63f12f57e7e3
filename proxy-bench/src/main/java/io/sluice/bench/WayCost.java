package io.sluice.bench;

import java.io.IOException;
import java.nio.file.Path;

/**
 * What it cost the sending thread to send a file once.
 *
 * <p><em>Immutable.</em>
 *
 * @param nanos        from the opening of the file until the other end had all of it
 * @param userMicros   of the thread
 * @param systemMicros of the thread
 * @param switches     context switches of the thread, voluntary and not
 * @param calls        system calls that the way made
 */
record WayCost(long nanos, long userMicros, long systemMicros, long switches, long calls) {

    /** Sends a file of so many bytes. */
    static WayCost of(Way way, Path file, int bytes, WaySocket socket) throws IOException {
        socket.expect(bytes);
        long[] before = Posix.threadUsage();
        long begun = System.nanoTime();
        long calls = way.send(file, bytes, socket.descriptor());
        socket.awaitDiscarded();
        long nanos = System.nanoTime() - begun;
        long[] after = Posix.threadUsage();
        return new WayCost(nanos, after[0] - before[0], after[1] - before[1], after[2] - before[2], calls);
    }
}
