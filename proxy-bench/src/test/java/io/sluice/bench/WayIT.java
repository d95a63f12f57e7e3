package io.sluice.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** That every way sends the file that it is given, and counts what it does. */
@EnabledOnOs(OS.LINUX)
class WayIT {
    private static final int FILE_BYTES = (1 << 20) + 12_345;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource
    void sendsEveryByte(Way way) throws Exception {
        byte[] bytes = new byte[FILE_BYTES];
        new SplittableRandom(2).nextBytes(bytes);
        Path file = Files.write(folder.resolve("file"), bytes);
        int[] ends = Posix.connection();

        CompletableFuture<byte[]> received = CompletableFuture.supplyAsync(() -> received(ends[1]));
        long calls = way.send(file, FILE_BYTES, ends[0]);
        Posix.close(ends[0]);

        assertThat(received.get()).isEqualTo(bytes);
        assertThat(calls).isBetween(3L, 2L * FILE_BYTES / 4096);
        Posix.close(ends[1]);
    }

    @ParameterizedTest
    @EnumSource(value = Way.class, names = "MMAP_WRITE", mode = EnumSource.Mode.EXCLUDE)
    void saysThatAFileEndedEarly(Way way) throws Exception {
        Path file = Files.write(folder.resolve("short"), new byte[10]);
        int[] ends = Posix.connection();

        assertThatThrownBy(() -> way.send(file, 11, ends[0])).isInstanceOf(IOException.class)
                .hasMessage("the file ended early");
        Posix.close(ends[0]);
        Posix.close(ends[1]);
    }

    private static byte[] received(int socket) {
        byte[] bytes = new byte[FILE_BYTES + 1];
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment piece = arena.allocate(1 << 16);
            int at = 0;
            for (long count = Posix.read(socket, piece, piece.byteSize()); count > 0;
                    count = Posix.read(socket, piece, piece.byteSize())) {
                MemorySegment.copy(piece, ValueLayout.JAVA_BYTE, 0, bytes, at, (int) count);
                at += (int) count;
            }
            return Arrays.copyOf(bytes, at);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
