package io.sluice.files;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.FileRegion;
import io.sluice.files.FileResponse.Part;
import io.sluice.stream.BodySink;
import io.sluice.stream.ClientStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Sends the body of a {@link FileResponse}: small files from memory, others by the kernel where the client has a {@link
 * ClientStream#socket plain socket}, else slice by slice through buffers while the client takes them.
 * <em>Loop-confined.</em> <em>Ownership</em>: of the response's file, until {@link #close}.
 */
public final class FileBody implements AutoCloseable {
    private static final int CHUNK_BYTES = 32 * 1024;
    /** A connection that got more than this at once may queue as much in the kernel as its send buffer takes. */
    private static final int DEEP_BYTES = 128 * 1024;
    /** After so much in one go others have their turn. */
    private static final int ROUND_BYTES = 1 << 20;
    /** The same where to send is work: a body that is coded on its way. */
    private static final int CODED_ROUND_BYTES = 64 * 1024;

    /** How far it is. */
    public enum Progress {
        /** All was handed on. */
        DONE,
        /** The client takes no more for now. */
        FULL,
        /** The client would take more, but it is others' turn. */
        YIELDS,
        /** The file ended before what was promised of it. */
        TRUNCATED
    }

    private final FileResponse response;
    private final BodySink client;
    private final boolean zeroCopy;
    private final int roundBytes;
    private final List<FileRegion> regions = new ArrayList<>(1);
    private OpenFile file;
    private int part;
    /** What of the part was handed on: its text, and so much of the file. */
    private boolean textSent;
    private long partSent;
    private long bytes;
    private boolean sending;

    /**
     * Takes over the response's file.
     *
     * @param zeroCopy whether the kernel may send it, if the client's connection allows
     */
    public FileBody(FileResponse response, ClientStream client, boolean zeroCopy) {
        this(response, client, zeroCopy, ROUND_BYTES);
    }

    private FileBody(FileResponse response, BodySink client, boolean zeroCopy, int roundBytes) {
        this.response = response;
        this.client = client;
        this.zeroCopy = zeroCopy;
        this.roundBytes = roundBytes;
        this.file = response.file();
    }

    /** The same for a body that is coded on its way to the client, in small steps. */
    public static FileBody coded(FileResponse response, BodySink coding) {
        return new FileBody(response, coding, false, CODED_ROUND_BYTES);
    }

    /** Whether the kernel sends it, as far as it is a file. */
    public boolean byKernel() {
        return zeroCopy && file != null && file.channel() != null && client.socket() != null;
    }

    /** Whether it is made of a file, rather than said by us. */
    public boolean ofFile() {
        return file != null;
    }

    /** Whether it comes from memory. */
    public boolean small() {
        return file == null || file.channel() == null;
    }

    /** Hands on what the client takes now, and flushes it unless that was all. The client may leave meanwhile. */
    public Progress send() {
        if (sending) {
            // A flush in here made room: the loop below goes on with it.
            return Progress.FULL;
        }
        sending = true;
        try {
            return sendParts();
        } finally {
            sending = false;
        }
    }

    private Progress sendParts() {
        int round = 0;
        while (part < response.parts().size()) {
            Part current = response.parts().get(part);
            if (!textSent) {
                textSent = true;
                if (current.text() != null) {
                    bytes += current.text().length;
                    client.body(Unpooled.wrappedBuffer(current.text()));
                }
            }
            if (partSent == current.count()) {
                part++;
                textSent = false;
                partSent = 0;
                continue;
            }
            if (round >= roundBytes) {
                return Progress.YIELDS;
            }
            if (small() || byKernel()) {
                sendWhole(current);
            } else {
                int sent = sendChunk(current);
                if (sent <= 0) {
                    return Progress.TRUNCATED;
                }
                round += sent;
            }
            if (!atEnd(current) && full()) {
                return Progress.FULL;
            }
        }
        return Progress.DONE;
    }

    private boolean atEnd(Part current) {
        return partSent == current.count() && part == response.parts().size() - 1;
    }

    /** Whether the client takes no more, also once it was given what waits; it may have left by then. */
    private boolean full() {
        if (client.writable()) {
            return false;
        }
        client.flush();
        return file == null || !client.writable();
    }

    private void sendWhole(Part current) {
        partSent = current.count();
        if (file.content() != null) {
            bytes += current.count();
            client.body(Unpooled.wrappedBuffer(file.content(), (int) current.start(), (int) current.count()));
        } else {
            FileRegion region = new FileSlice(file, current.start(), current.count());
            regions.add(region);
            if (current.count() > DEEP_BYTES) {
                // As for a spliced body: what waits in the kernel is none of our memory.
                client.socket().queueDeeply();
            }
            client.region(region);
        }
    }

    /** Bytes sent; not above 0 if the file has no more. */
    private int sendChunk(Part current) {
        int count = (int) Math.min(CHUNK_BYTES, current.count() - partSent);
        ByteBuf chunk = ByteBufAllocator.DEFAULT.directBuffer(count);
        int read = -1;
        try {
            read = chunk.writeBytes(file.channel(), current.start() + partSent, count);
        } catch (IOException _) {
            // The device fails: the client sees the same as of a truncated file.
            read = -1;
        } finally {
            if (read <= 0) {
                chunk.release();
            }
        }
        if (read > 0) {
            partSent += read;
            bytes += read;
            client.body(chunk);
        }
        return read;
    }

    /** Whether the file no longer holds what was promised of it. */
    public boolean truncated() {
        if (file == null) {
            return false;
        }
        long end = 0;
        for (Part each : response.parts()) {
            end = Math.max(end, each.start() + each.count());
        }
        return file.endsBefore(end);
    }

    /** Bytes handed to the client's connection; of those that the kernel sends, the ones it took. */
    public long bytes() {
        long all = bytes;
        for (FileRegion region : regions) {
            all += region.transferred();
        }
        return all;
    }

    /** Gives up the file; what the connection has not sent yet keeps it open. Idempotent. */
    @Override
    public void close() {
        if (file != null) {
            file.release();
            file = null;
        }
    }
}
