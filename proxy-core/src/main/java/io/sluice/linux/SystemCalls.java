package io.sluice.linux;

/**
 * The system calls that splicing needs. A result below zero is an error: the negated errno(3). Implementations are
 * <em>Loop-confined</em>.
 */
public interface SystemCalls {
    /** Nothing to be had, or no room, at this moment. */
    int EAGAIN = 11;
    /** The process has no descriptor left. */
    int EMFILE = 24;

    /** Whether an error tells of the socket, rather than of splicing as such: EPIPE, ECONNRESET, ETIMEDOUT and their like. */
    static boolean ofSocket(long error) {
        return error <= -100 || error == -32;
    }

    /**
     * Moves bytes between a pipe and another descriptor, never waiting (splice(2), SPLICE_F_NONBLOCK and SPLICE_F_MOVE).
     *
     * @param bytes at the most
     * @return bytes moved; 0 = the source has ended
     */
    long splice(int from, int to, long bytes);

    /**
     * Opens a pipe whose ends don't wait and aren't inherited (pipe2(2)).
     *
     * @return the reading end in the upper 32 bits, the writing end in the lower
     */
    long pipe();

    /**
     * Asks for room in a pipe (fcntl(2), F_SETPIPE_SZ).
     *
     * @return the room it has now
     */
    int pipeSize(int pipe, int bytes);

    /** Closes a descriptor. */
    void close(int descriptor);
}
