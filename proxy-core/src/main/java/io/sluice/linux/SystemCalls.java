package io.sluice.linux;

import java.nio.ByteBuffer;
import java.util.function.Supplier;

/**
 * The system calls that splicing needs. A result below zero is an error: the negated errno(3). Implementations are
 * <em>Loop-confined</em>.
 */
public interface SystemCalls {
    /** Nothing to be had, or no room, at this moment. */
    int EAGAIN = 11;
    /** The process has no descriptor left. */
    int EMFILE = 24;

    /** What an error is about. */
    enum Failure {
        /** The socket: EPIPE, ECONNRESET, ETIMEDOUT and their like. It is over. */
        SOCKET,
        /** Memory or descriptors that are short at this moment: ENOMEM, ENFILE, EMFILE, ENOBUFS. */
        SHORTAGE,
        /** The call itself: ENOSYS, EINVAL, EPERM and their like. It will fail again. */
        REFUSAL;

        /** The kind of an error below zero other than {@code -EAGAIN}. */
        public static Failure of(long error) {
            return switch ((int) -error) {
                case 12, 23, EMFILE, 105 -> SHORTAGE;
                case 32 -> SOCKET;
                // From ENETDOWN on they are of the network (errno(3), asm-generic/errno.h).
                default -> error <= -100 ? SOCKET : REFUSAL;
            };
        }
    }

    /** Those of this system, for each caller its own. The first takes the JVM a good part of a second. */
    static Supplier<SystemCalls> ofThisSystem() {
        return Libc::new;
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

    /** Bytes that a pipe or a socket holds to be read (ioctl(2), FIONREAD). */
    int bytesIn(int descriptor);

    /**
     * Reads from a pipe into the room of a direct buffer, whose position it moves (read(2)).
     *
     * @return bytes read
     */
    int read(int pipe, ByteBuffer to);

    /**
     * Writes what remains in a direct buffer to a socket, and moves its position (write(2)).
     *
     * @return bytes written
     */
    int write(int socket, ByteBuffer from);

    /** Closes a descriptor. */
    void close(int descriptor);
}
