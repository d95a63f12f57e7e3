package io.sluice.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.netty.channel.unix.Errors;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;

/**
 * The calls themselves: those that Netty has by Netty, the others in the C library of the process by the foreign-function
 * API. <em>Loop-confined</em>: owns the memory that errno is reported in.
 */
final class Libc implements SystemCalls {
    private static final int SPLICE_F_MOVE = 1;
    private static final int SPLICE_F_NONBLOCK = 2;
    private static final int F_SETPIPE_SZ = 1031;
    private static final long FIONREAD = 0x541B;
    private static final int EINTR = 4;
    private static final int EPIPE = 32;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final Linker.Option ERRNO_KEPT = Linker.Option.captureCallState("errno");
    private static final VarHandle ERRNO =
            Linker.Option.captureStateLayout().varHandle(PathElement.groupElement("errno"));
    private static final MethodHandle SPLICE = handle("splice", FunctionDescriptor.of(
            JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
    private static final MethodHandle FCNTL = handle(
            "fcntl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT), Linker.Option.firstVariadicArg(2));
    private static final MethodHandle IOCTL = handle(
            "ioctl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS), Linker.Option.firstVariadicArg(2));

    private final MemorySegment errno = Arena.ofAuto().allocate(Linker.Option.captureStateLayout());
    private final MemorySegment count = Arena.ofAuto().allocate(JAVA_INT);

    @SuppressWarnings("restricted") // native access is what this class is for; the launcher allows it
    private static MethodHandle handle(String name, FunctionDescriptor type, Linker.Option... more) {
        Linker.Option[] options = new Linker.Option[more.length + 1];
        System.arraycopy(more, 0, options, 1, more.length);
        options[0] = ERRNO_KEPT;
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), type, options);
    }

    @Override
    public long splice(int from, int to, long bytes) {
        try {
            long moved;
            do {
                moved = (long) SPLICE.invokeExact(
                        errno, from, MemorySegment.NULL, to, MemorySegment.NULL, bytes, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
            } while (moved < 0 && error() == -EINTR);
            return moved < 0 ? error() : moved;
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }

    @Override
    public long pipe() {
        try {
            FileDescriptor[] ends = FileDescriptor.pipe();
            return (long) ends[0].intValue() << 32 | ends[1].intValue();
        } catch (IOException refused) {
            return error(refused);
        }
    }

    @Override
    public int pipeSize(int pipe, int bytes) {
        try {
            int size = (int) FCNTL.invokeExact(errno, pipe, F_SETPIPE_SZ, bytes);
            return size < 0 ? error() : size;
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }

    @Override
    public int bytesIn(int descriptor) {
        try {
            int result = (int) IOCTL.invokeExact(errno, descriptor, FIONREAD, count);
            return result < 0 ? error() : count.get(JAVA_INT, 0);
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }

    @Override
    public int read(int pipe, ByteBuffer to) {
        try {
            int count = new FileDescriptor(pipe).read(to, to.position(), to.limit());
            if (count > 0) {
                to.position(to.position() + count);
            }
            // Netty says 0 where nothing is there, and -1 at the end.
            return count == 0 ? -EAGAIN : Math.max(count, 0);
        } catch (IOException failed) {
            return error(failed);
        }
    }

    @Override
    public int write(int socket, ByteBuffer from) {
        try {
            int count = new FileDescriptor(socket).write(from, from.position(), from.limit());
            from.position(from.position() + count);
            return count == 0 ? -EAGAIN : count;
        } catch (IOException failed) {
            return error(failed);
        }
    }

    @Override
    public void close(int descriptor) {
        try {
            new FileDescriptor(descriptor).close();
        } catch (IOException ignored) {
            // Whatever it says, Linux has given the descriptor back (close(2)).
        }
    }

    private static int error(IOException failed) {
        if (failed instanceof Errors.NativeIoException known) {
            return known.expectedErr();
        }
        // Netty's other exceptions of these calls stand for one error each, too: the peer has closed.
        return -EPIPE;
    }

    private int error() {
        return -(int) ERRNO.get(errno, 0L);
    }
}
