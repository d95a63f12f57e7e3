package io.sluice.bench;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;
import java.util.Set;

/**
 * The system calls that {@link Ways} compares, each of them exactly one, waiting until it is done. Linux on 64 bits only. An
 * error is an {@link IOException} with the number that errno(3) has. <em>Thread-safe.</em>
 */
final class Posix {
    private static final int AF_INET = 2;
    private static final int SOCK_STREAM = 1;
    private static final int MSG_TRUNC = 0x20;
    private static final int PROT_READ = 1;
    private static final int MAP_SHARED = 1;
    private static final int F_SETPIPE_SZ = 1031;
    private static final int SPLICE_F_MOVE = 1;
    private static final int RUSAGE_THREAD = 1;
    private static final int ADDRESS_BYTES = 16;
    private static final int USAGE_LONGS = 18;
    private static final int AFFINITY_BYTES = 128;

    private static final Set<String> RESULTS_OF_64_BITS = Set.of("read", "write", "mmap", "sendfile", "splice", "recv");
    private static final Linker LINKER = Linker.nativeLinker();
    private static final VarHandle ERRNO =
            Linker.Option.captureStateLayout().varHandle(PathElement.groupElement("errno"));
    private static final ThreadLocal<MemorySegment> CAPTURED =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(Linker.Option.captureStateLayout()));

    private static final MethodHandle OPEN = function("open", ADDRESS, JAVA_INT);
    private static final MethodHandle CLOSE = function("close", JAVA_INT);
    private static final MethodHandle READ = function("read", JAVA_INT, ADDRESS, JAVA_LONG);
    private static final MethodHandle WRITE = function("write", JAVA_INT, ADDRESS, JAVA_LONG);
    private static final MethodHandle MMAP =
            function("mmap", ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG);
    private static final MethodHandle MUNMAP = function("munmap", ADDRESS, JAVA_LONG);
    private static final MethodHandle SENDFILE = function("sendfile", JAVA_INT, JAVA_INT, ADDRESS, JAVA_LONG);
    private static final MethodHandle SPLICE =
            function("splice", JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
    private static final MethodHandle PIPE = function("pipe2", ADDRESS, JAVA_INT);
    private static final MethodHandle FCNTL = function("fcntl", JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle SOCKET = function("socket", JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle BIND = function("bind", JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle LISTEN = function("listen", JAVA_INT, JAVA_INT);
    private static final MethodHandle SOCKET_NAME = function("getsockname", JAVA_INT, ADDRESS, ADDRESS);
    private static final MethodHandle CONNECT = function("connect", JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle ACCEPT = function("accept", JAVA_INT, ADDRESS, ADDRESS);
    private static final MethodHandle RECV = function("recv", JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
    private static final MethodHandle AFFINITY = function("sched_setaffinity", JAVA_INT, JAVA_LONG, ADDRESS);
    private static final MethodHandle USAGE = function("getrusage", JAVA_INT, ADDRESS);

    private Posix() {}

    static int open(Path file, Arena arena) throws IOException {
        return (int) done("open", call(OPEN, arena.allocateFrom(file.toString()), 0));
    }

    static void close(int descriptor) throws IOException {
        done("close", call(CLOSE, descriptor));
    }

    static long read(int from, MemorySegment to, long bytes) throws IOException {
        long count;
        try {
            count = (long) READ.invokeExact(CAPTURED.get(), from, to, bytes);
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
        return done("read", count);
    }

    static long write(int to, MemorySegment from, long bytes) throws IOException {
        long count;
        try {
            count = (long) WRITE.invokeExact(CAPTURED.get(), to, from, bytes);
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
        return done("write", count);
    }

    /** A whole file, to be read. */
    static MemorySegment map(int file, long bytes) throws IOException {
        long address = done("mmap", call(MMAP, MemorySegment.NULL, bytes, PROT_READ, MAP_SHARED, file, 0L));
        return reinterpreted(address, bytes);
    }

    static void unmap(MemorySegment mapped) throws IOException {
        done("munmap", call(MUNMAP, mapped, mapped.byteSize()));
    }

    static long sendfile(int to, int from, long bytes) throws IOException {
        long count;
        try {
            count = (long) SENDFILE.invokeExact(CAPTURED.get(), to, from, MemorySegment.NULL, bytes);
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
        return done("sendfile", count);
    }

    static long splice(int from, int to, long bytes) throws IOException {
        long count;
        try {
            count = (long) SPLICE.invokeExact(
                    CAPTURED.get(), from, MemorySegment.NULL, to, MemorySegment.NULL, bytes, SPLICE_F_MOVE);
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
        return done("splice", count);
    }

    /** A pipe's reading and writing end; it is asked to hold so many bytes. */
    static int[] pipe(int bytes) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment ends = arena.allocate(JAVA_INT, 2);
            done("pipe2", call(PIPE, ends, 0));
            int[] pipe = {ends.getAtIndex(JAVA_INT, 0), ends.getAtIndex(JAVA_INT, 1)};
            done("fcntl", call(FCNTL, pipe[1], F_SETPIPE_SZ, bytes));
            return pipe;
        }
    }

    /** Both ends of a TCP connection over loopback. */
    static int[] connection() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(ADDRESS_BYTES, 4);
            address.set(JAVA_SHORT, 0, (short) AF_INET);
            // 127.0.0.1 as it stands on the wire; port 0: the kernel chooses.
            MemorySegment.copy(new byte[] {127, 0, 0, 1}, 0, address, JAVA_BYTE, 4, 4);
            int listener = (int) done("socket", call(SOCKET, AF_INET, SOCK_STREAM, 0));
            try {
                done("bind", call(BIND, listener, address, ADDRESS_BYTES));
                done("listen", call(LISTEN, listener, 1));
                MemorySegment length = arena.allocateFrom(JAVA_INT, ADDRESS_BYTES);
                done("getsockname", call(SOCKET_NAME, listener, address, length));
                int sending = (int) done("socket", call(SOCKET, AF_INET, SOCK_STREAM, 0));
                done("connect", call(CONNECT, sending, address, ADDRESS_BYTES));
                int receiving = (int) done("accept", call(ACCEPT, listener, MemorySegment.NULL, MemorySegment.NULL));
                return new int[] {sending, receiving};
            } finally {
                close(listener);
            }
        }
    }

    /** Lets the kernel drop what has come, at most so many bytes; how many, 0 = the end (tcp(7), MSG_TRUNC). */
    static long discard(int socket, long bytesMax) throws IOException {
        long count;
        try {
            count = (long) RECV.invokeExact(CAPTURED.get(), socket, MemorySegment.NULL, bytesMax, MSG_TRUNC);
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
        return done("recv", count);
    }

    /** Keeps the calling thread on one core, below 64. */
    static void pin(int core) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment mask = arena.allocate(AFFINITY_BYTES, Long.BYTES);
            mask.set(JAVA_LONG, 0, 1L << core);
            done("sched_setaffinity", call(AFFINITY, 0, (long) AFFINITY_BYTES, mask));
        }
    }

    /** Of the calling thread so far: user microseconds, system microseconds, context switches of both kinds. */
    static long[] threadUsage() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment usage = arena.allocate(JAVA_LONG, USAGE_LONGS);
            done("getrusage", call(USAGE, RUSAGE_THREAD, usage));
            return new long[] {
                micros(usage, 0), micros(usage, 2),
                usage.getAtIndex(JAVA_LONG, USAGE_LONGS - 2) + usage.getAtIndex(JAVA_LONG, USAGE_LONGS - 1)};
        }
    }

    private static long micros(MemorySegment usage, int at) {
        return usage.getAtIndex(JAVA_LONG, at) * 1_000_000 + usage.getAtIndex(JAVA_LONG, at + 1);
    }

    /** Slow, for what isn't measured. */
    private static long call(MethodHandle handle, Object... arguments) {
        Object[] all = new Object[arguments.length + 1];
        all[0] = CAPTURED.get();
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        try {
            return (long) handle.invokeWithArguments(all);
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }

    private static long done(String name, long result) throws IOException {
        if (result == -1) {
            throw new IOException(name + " failed: errno " + (int) ERRNO.get(CAPTURED.get(), 0L));
        }
        return result;
    }

    /** A function of the C library; what it returns is widened, so that an error is -1 in each. */
    @SuppressWarnings("restricted") // native calls are what this class is for; the launcher allows them
    private static MethodHandle function(String name, MemoryLayout... arguments) {
        boolean wide = RESULTS_OF_64_BITS.contains(name);
        FunctionDescriptor type = FunctionDescriptor.of(wide ? JAVA_LONG : JAVA_INT, arguments);
        Linker.Option errno = Linker.Option.captureCallState("errno");
        Linker.Option[] options = name.equals("fcntl")
                ? new Linker.Option[] {errno, Linker.Option.firstVariadicArg(2)} : new Linker.Option[] {errno};
        MethodHandle handle = LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), type, options);
        return handle.asType(handle.type().changeReturnType(long.class));
    }

    @SuppressWarnings("restricted") // the kernel has just told that so many bytes are there
    private static MemorySegment reinterpreted(long address, long bytes) {
        return MemorySegment.ofAddress(address).reinterpret(bytes);
    }
}
