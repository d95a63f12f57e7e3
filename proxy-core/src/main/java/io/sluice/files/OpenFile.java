package io.sluice.files;

import io.sluice.http.HeaderLine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * One file as it was when it was opened: its bytes, or for a large one the descriptor to them, and its validators.
 * <em>Loop-confined.</em> <em>Ownership</em>: counted; who opens it owns it, {@link #retain} adds an owner, and the last
 * {@link #release} closes the descriptor.
 */
final class OpenFile {
    /** Files up to this size are read at once, and leave in one write with their heads. */
    static final int CONTENT_BYTES_MAX = 16 * 1024;
    private static final int TRIES_MAX = 3;
    private static final long SETTLED_MILLIS = 1000;

    private final FileChannel channel;
    private final byte[] content;
    private final long size;
    private final long modifiedSeconds;
    private final EntityTag tag;
    private final HeaderLine tagLine;
    private final HeaderLine modifiedLine;
    private int owners = 1;

    private OpenFile(FileChannel channel, byte[] content, long size, BasicFileAttributes facts, Coding coding, boolean weak) {
        this.channel = channel;
        this.content = content;
        this.size = size;
        long nowSeconds = System.currentTimeMillis() / 1000;
        // RFC 9110 §8.8.2.1: never later than the response's own date.
        this.modifiedSeconds = Math.min(nowSeconds, facts.lastModifiedTime().to(TimeUnit.SECONDS));
        this.tag = EntityTag.of(size, facts.lastModifiedTime().to(TimeUnit.NANOSECONDS), coding.word(), weak);
        this.tagLine = HeaderLine.of("ETag", tag.text());
        this.modifiedLine = HeaderLine.of("Last-Modified", HttpDate.text(modifiedSeconds));
    }

    /**
     * Opens a file; null unless it is a regular one. It may wait for the file system.
     *
     * @param real without symbolic links
     * @throws IOException also if it may not be read, or is gone
     */
    static OpenFile open(Path real, Coding coding) throws IOException {
        BasicFileAttributes before = facts(real);
        for (int tries = 1; ; tries++) {
            // Opening a pipe would wait for its writer.
            if (!before.isRegularFile()) {
                return null;
            }
            FileChannel channel = FileChannel.open(real, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
            try {
                long size = channel.size();
                byte[] content = size <= CONTENT_BYTES_MAX ? content(channel, (int) size) : null;
                BasicFileAttributes after = facts(real);
                boolean still = same(before, after) && size == after.size() && (size > CONTENT_BYTES_MAX || content != null);
                if (still || tries == TRIES_MAX && (size > CONTENT_BYTES_MAX || content != null)) {
                    // A file that was just written may change once more without another time of change.
                    boolean weak = !still
                            || System.currentTimeMillis() - after.lastModifiedTime().toMillis() < SETTLED_MILLIS;
                    OpenFile file = new OpenFile(content == null ? channel : null, content, size, after, coding, weak);
                    channel = content == null ? null : channel;
                    return file;
                }
                if (tries == TRIES_MAX) {
                    throw new IOException("the file shrinks while it is read");
                }
                before = after;
            } finally {
                if (channel != null) {
                    channel.close();
                }
            }
        }
    }

    private static BasicFileAttributes facts(Path real) throws IOException {
        return Files.readAttributes(real, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    }

    private static boolean same(BasicFileAttributes one, BasicFileAttributes other) {
        return Objects.equals(one.fileKey(), other.fileKey()) && one.lastModifiedTime().equals(other.lastModifiedTime());
    }

    /** Null if there is less than that. */
    private static byte[] content(FileChannel channel, int size) throws IOException {
        ByteBuffer content = ByteBuffer.allocate(size);
        while (content.hasRemaining()) {
            if (channel.read(content, content.position()) < 0) {
                return null;
            }
        }
        return content.array();
    }

    /** The descriptor; null where there is {@link #content}. */
    FileChannel channel() {
        return channel;
    }

    /** All bytes of a small file, not to be changed; null for a large one. */
    byte[] content() {
        return content;
    }

    /** Bytes. */
    long size() {
        return size;
    }

    /** When it last changed, in seconds since 1970. */
    long modifiedSeconds() {
        return modifiedSeconds;
    }

    /** Its version. */
    EntityTag tag() {
        return tag;
    }

    /** ETag. */
    HeaderLine tagLine() {
        return tagLine;
    }

    /** Last-Modified. */
    HeaderLine modifiedLine() {
        return modifiedLine;
    }

    /** Whether the file no longer reaches so far. */
    boolean endsBefore(long end) {
        if (channel == null) {
            return false;
        }
        try {
            return channel.size() < end;
        } catch (IOException _) {
            return true;
        }
    }

    /** Adds an owner. */
    OpenFile retain() {
        owners++;
        return this;
    }

    /** Takes an owner away; the last one closes it. */
    void release() {
        if (--owners == 0 && channel != null) {
            try {
                channel.close();
            } catch (IOException _) {
                // Nothing was written: there is nothing to lose.
                return;
            }
        }
    }

    @Override
    public String toString() {
        return tag + " of " + size + " bytes";
    }
}
