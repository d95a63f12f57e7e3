package io.sluice.files;

import io.netty.channel.DefaultFileRegion;

/**
 * A part of an open file on its way to a socket. <em>Loop-confined.</em> <em>Ownership</em>: one of the file's owners, until
 * it is released; the descriptor outlives it.
 */
final class FileSlice extends DefaultFileRegion {
    private final OpenFile file;

    /** Becomes an owner of the file, which must have a descriptor. */
    FileSlice(OpenFile file, long start, long count) {
        super(file.channel(), start, count);
        this.file = file.retain();
    }

    @Override
    protected void deallocate() {
        // Others may be sending the same file: its last owner closes it.
        file.release();
    }
}
