package io.sluice.telemetry;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.LockSupport;

/**
 * Where lines go: a file opened for appending, or an output of the process. <em>Loop-confined</em> to the writer's
 * thread once open.
 * <em>Ownership</em>: owns its channel. <em>Ends</em> by {@link #close}.
 */
final class LogFile {
    /** Opens the channel, at the beginning and after each rotation. */
    interface Opening {
        /** A channel that appends. */
        WritableByteChannel open() throws IOException;
    }

    private static final long FULL_PAUSE_NANOS = 1_000_000;

    private final Opening opening;
    private WritableByteChannel channel;
    private boolean insideLine;

    /** Opens it. */
    LogFile(Opening opening) throws IOException {
        this.opening = opening;
        this.channel = opening.open();
    }

    /**
     * Opens what a configuration names.
     *
     * @param path {@code stdout}, {@code stderr}, or a file whose directory exists
     */
    @SuppressWarnings("resource") // The process's own outputs stay open; LogFile closes the others.
    static LogFile at(String path) throws IOException {
        return new LogFile(switch (path) {
            case "stdout" -> () -> new Unclosed(new FileOutputStream(FileDescriptor.out).getChannel());
            case "stderr" -> () -> new Unclosed(new FileOutputStream(FileDescriptor.err).getChannel());
            default -> () -> FileChannel.open(
                    Path.of(path), StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
        });
    }

    /**
     * Writes all of it. After a failure in the middle of a line the next call first ends that line, so that no line is
     * glued to half of another.
     *
     * @param lines whole lines; when this fails, its position tells how much was written
     */
    void write(ByteBuffer lines) throws IOException {
        if (insideLine) {
            ByteBuffer lineEnd = ByteBuffer.wrap(new byte[] {'\n'});
            writeAll(lineEnd);
            insideLine = false;
        }
        int start = lines.position();
        try {
            writeAll(lines);
        } finally {
            int end = lines.position();
            insideLine = end > start && lines.get(end - 1) != '\n';
        }
    }

    private void writeAll(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            if (channel.write(bytes) == 0) {
                // Whoever gave us this output made it non-blocking, and its reader is behind.
                LockSupport.parkNanos(FULL_PAUSE_NANOS);
            }
        }
    }

    /** Opens it anew, then closes the old one; if it can't be opened the old one stays in use. */
    void reopen() throws IOException {
        WritableByteChannel opened = opening.open();
        WritableByteChannel old = channel;
        channel = opened;
        // Not rotated after all: the half line is still there.
        insideLine &= opened instanceof FileChannel file && file.size() > 0;
        old.close();
    }

    void close() throws IOException {
        channel.close();
    }

    /** An output of the process, which isn't ours to close. */
    private record Unclosed(WritableByteChannel channel) implements WritableByteChannel {
        @Override
        public int write(ByteBuffer bytes) throws IOException {
            return channel.write(bytes);
        }

        @Override
        public boolean isOpen() {
            return channel.isOpen();
        }

        @Override
        public void close() {
            // Others still write there.
        }
    }
}
