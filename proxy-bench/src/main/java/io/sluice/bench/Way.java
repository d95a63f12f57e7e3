package io.sluice.bench;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/** How a file gets into a socket. Each makes its system calls itself, and counts them. <em>Immutable.</em> */
enum Way {
    /** Into a buffer of this process and out of it: two copies by the processor. */
    READ_WRITE("read()+write(), 64 KiB", 2) {
        @Override
        long move(int file, int bytes, int socket, Arena arena) throws IOException {
            MemorySegment buffer = arena.allocate(BUFFER_BYTES);
            long calls = 0;
            for (long left = bytes; left > 0; ) {
                long count = Posix.read(file, buffer, Math.min(left, BUFFER_BYTES));
                ended(count);
                calls += 1 + all(socket, buffer, count);
                left -= count;
            }
            return calls;
        }
    },
    /** The page cache is mapped, and copied from once. */
    MMAP_WRITE("mmap()+write()", 1) {
        @Override
        long move(int file, int bytes, int socket, Arena arena) throws IOException {
            MemorySegment mapped = Posix.map(file, bytes);
            try {
                long calls = 2;
                for (long at = 0; at < bytes; at += PIECE_BYTES) {
                    long size = Math.min(PIECE_BYTES, bytes - at);
                    calls += all(socket, mapped.asSlice(at, size), size);
                }
                return calls;
            } finally {
                Posix.unmap(mapped);
            }
        }
    },
    /** The socket refers to pages of the page cache. */
    SENDFILE("sendfile()", 0) {
        @Override
        long move(int file, int bytes, int socket, Arena arena) throws IOException {
            long calls = 0;
            for (long left = bytes; left > 0; ) {
                long count = Posix.sendfile(socket, file, left);
                ended(count);
                calls++;
                left -= count;
            }
            return calls;
        }
    },
    /** The same by way of a pipe, as between two sockets. */
    SPLICE("splice(), pipe of 256 KiB", 0) {
        @Override
        long move(int file, int bytes, int socket, Arena arena) throws IOException {
            int[] pipe = Posix.pipe(PIPE_BYTES);
            try {
                // pipe2, fcntl, and both ends closed.
                long calls = 4;
                for (long left = bytes; left > 0; ) {
                    long count = Posix.splice(file, pipe[1], Math.min(left, PIPE_BYTES));
                    ended(count);
                    calls++;
                    left -= count;
                    for (long held = count; held > 0; calls++) {
                        held -= Posix.splice(pipe[0], socket, held);
                    }
                }
                return calls;
            } finally {
                Posix.close(pipe[0]);
                Posix.close(pipe[1]);
            }
        }
    };

    private static final int BUFFER_BYTES = 64 << 10;
    private static final int PIECE_BYTES = 1 << 20;
    private static final int PIPE_BYTES = 256 << 10;

    private final String title;
    private final int copies;

    Way(String title, int copies) {
        this.title = title;
        this.copies = copies;
    }

    String title() {
        return title;
    }

    /** How often the processor copies each byte on the sender's side. */
    int copies() {
        return copies;
    }

    /**
     * Opens the file, sends so many bytes of it, and closes it.
     *
     * @return system calls made
     * @throws IOException if one failed, or the file is shorter
     */
    long send(Path file, int bytes, int socket) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            int opened = Posix.open(file, arena);
            try {
                return 2 + move(opened, bytes, socket, arena);
            } finally {
                Posix.close(opened);
            }
        }
    }

    abstract long move(int file, int bytes, int socket, Arena arena) throws IOException;

    /** Writes all of it; the calls that it took. */
    private static long all(int socket, MemorySegment from, long bytes) throws IOException {
        long calls = 0;
        for (long at = 0; at < bytes; calls++) {
            at += Posix.write(socket, from.asSlice(at), bytes - at);
        }
        return calls;
    }

    private static void ended(long count) throws IOException {
        if (count == 0) {
            throw new IOException("the file ended early");
        }
    }
}
