package io.sluice.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class LogFileTest {
    @TempDir
    Path directory;

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void appendsToWhatIsThere() throws IOException {
        Path path = directory.resolve("access.log");
        Files.writeString(path, "old\n");

        LogFile file = LogFile.at(path.toString());
        file.write(bytes("new\n"));
        file.close();

        assertThat(path).hasContent("old\nnew\n");
    }

    @Test
    void writesOnUntilAShortWriterTookEverything() throws IOException {
        LogChannel channel = new LogChannel();
        channel.takesAtMost(3);
        LogFile file = new LogFile(() -> channel);

        file.write(bytes("one line\n"));

        assertThat(channel.text()).isEqualTo("one line\n");
    }

    @Test
    void endsALineThatAFailureBrokeOffBeforeTheNextOne() throws IOException {
        LogChannel channel = new LogChannel();
        LogFile file = new LogFile(() -> channel);
        channel.failsAfter(5);
        assertThatThrownBy(() -> file.write(bytes("a\nbroken\n"))).isInstanceOf(IOException.class);
        // Fails again at once: the half line is still unended.
        assertThatThrownBy(() -> file.write(bytes("lost\n"))).isInstanceOf(IOException.class);

        channel.failsAfter(Integer.MAX_VALUE);
        file.write(bytes("whole\n"));
        file.write(bytes("next\n"));

        assertThat(channel.text()).isEqualTo("a\nbro\nwhole\nnext\n");
    }

    @Test
    void addsNoEmptyLineWhenAFailureCameBetweenLines() throws IOException {
        LogChannel channel = new LogChannel();
        LogFile file = new LogFile(() -> channel);
        channel.failsAfter(2);
        assertThatThrownBy(() -> file.write(bytes("a\nlost\n"))).isInstanceOf(IOException.class);

        channel.failsAfter(Integer.MAX_VALUE);
        file.write(bytes("b\n"));

        assertThat(channel.text()).isEqualTo("a\nb\n");
    }

    @Test
    void writesToTheNewFileAfterARenameAndReopening() throws IOException {
        Path path = directory.resolve("access.log");
        LogFile file = LogFile.at(path.toString());
        file.write(bytes("1\n"));
        Files.move(path, directory.resolve("access.log.1"));
        file.write(bytes("2\n"));

        file.reopen();
        file.write(bytes("3\n"));
        file.close();

        assertThat(directory.resolve("access.log.1")).hasContent("1\n2\n");
        assertThat(path).hasContent("3\n");
    }

    @Test
    void keepsTheOldFileWhenTheNewOneCannotBeOpened() throws IOException {
        Path inner = Files.createDirectory(directory.resolve("logs"));
        Path path = inner.resolve("access.log");
        LogFile file = LogFile.at(path.toString());
        Path moved = Files.move(inner, directory.resolve("moved"));

        assertThatThrownBy(file::reopen).isInstanceOf(IOException.class);
        file.write(bytes("still\n"));
        file.close();

        assertThat(moved.resolve("access.log")).hasContent("still\n");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void reportsAFullDisk() throws IOException {
        LogFile file = LogFile.at("/dev/full");

        assertThatThrownBy(() -> file.write(bytes("line\n"))).isInstanceOf(IOException.class);
        file.close();
    }
}
