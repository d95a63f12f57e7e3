package io.sluice.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class OpenFilesTest {
    private static final byte[] LARGE = new byte[OpenFile.CONTENT_BYTES_MAX + 1];

    @TempDir
    private Path folder;

    private Site site;
    private FileTree tree;

    @BeforeEach
    void opens() {
        site = new Site(folder);
        tree = site.below("/");
    }

    @AfterEach
    void closes() {
        site.close();
        assertThat(site.files.size()).isZero();
    }

    private OpenFile find(String name) throws IOException {
        ServedFile found = site.files.find(tree, name);
        return found == null ? null : found.coded(Coding.IDENTITY);
    }

    @Test
    void keepsAFileOpenForASecond() throws IOException {
        site.write("large", LARGE);

        OpenFile first = find("large");
        OpenFile again = find("large");
        site.time.pass(Duration.ofSeconds(1));
        OpenFile later = find("large");

        assertThat(again).isSameAs(first);
        assertThat(first.channel().isOpen()).isFalse();
        assertThat(later).isNotSameAs(first);
        assertThat(later.channel().isOpen()).isTrue();
    }

    @Test
    void closesWithoutBeingAskedAgain() throws IOException {
        site.write("large", LARGE);
        OpenFile file = find("large");

        site.time.pass(Duration.ofSeconds(1));

        assertThat(file.channel().isOpen()).isFalse();
        assertThat(site.files.size()).isZero();
    }

    @Test
    void leavesWhatIsInUseOpen() throws IOException {
        site.write("large", LARGE);
        OpenFile file = find("large").retain();

        site.time.pass(Duration.ofSeconds(1));
        assertThat(file.channel().isOpen()).isTrue();
        file.release();

        assertThat(file.channel().isOpen()).isFalse();
    }

    @Test
    void closesTheOldestWhenThereAreTooMany() throws IOException {
        site.write("first", LARGE);
        OpenFile first = find("first");
        for (int i = 0; i < OpenFiles.KEPT_MAX; i++) {
            site.write("f" + i, LARGE);
            find("f" + i);
        }

        assertThat(site.files.size()).isEqualTo(OpenFiles.KEPT_MAX);
        assertThat(first.channel().isOpen()).isFalse();
        assertThat(find("f0").channel().isOpen()).isTrue();
    }

    @Test
    void needsNoDescriptorForASmallFile() throws IOException {
        site.write("small", "text");

        OpenFile file = find("small");

        assertThat(file.channel()).isNull();
        assertThat(file.content()).isEqualTo("text".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void remembersNoFileThatIsNotThere() throws IOException {
        assertThat(find("late")).isNull();

        site.write("late", "here");

        assertThat(find("late")).isNotNull();
    }

    @Test
    void takesNoDirectoryForAFile() throws IOException {
        Files.createDirectory(folder.resolve("sub"));

        assertThat(find("sub")).isNull();
        assertThat(find("")).isNull();
    }

    @Test
    void tellsFilesOfTwoRootsApart() throws IOException {
        site.write("a/x", "a");
        site.write("b/x", "b");
        FileTree b = new Site(folder.resolve("b")).below("/");
        tree = new Site(folder.resolve("a")).below("/");

        assertThat(find("x").content()).containsExactly('a');
        assertThat(site.files.find(b, "x").coded(Coding.IDENTITY).content()).containsExactly('b');
    }

    @Test
    void doubtsTheTagOfAFileThatHasJustChanged() throws IOException {
        site.write("old", "text");
        Files.writeString(folder.resolve("new"), "text");

        assertThat(find("old").tag().weak()).isFalse();
        assertThat(find("new").tag().weak()).isTrue();
    }

    @Test
    void givesANewVersionANewTag() throws IOException {
        site.write("a", "text");
        EntityTag before = find("a").tag();
        site.time.pass(Duration.ofSeconds(1));
        Files.writeString(folder.resolve("a"), "TEXT");

        assertThat(find("a").tag().opaque()).isNotEqualTo(before.opaque());
    }
}
