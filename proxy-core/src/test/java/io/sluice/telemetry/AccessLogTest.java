package io.sluice.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sluice.config.AccessLogConfig;
import io.sluice.config.AccessLogConfig.Format;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AccessLogTest {
    @TempDir
    Path directory;

    private final Metrics metrics = new Metrics("test");
    private final LogChannel channel = new LogChannel();

    private static AccessLogConfig config(String path, Format format, int queue) {
        return new AccessLogConfig(path, format, queue);
    }

    private AccessLog toChannel(int queue) throws IOException {
        return AccessLog.started(new LogFile(() -> channel), config("disk", Format.COMMON, queue), metrics);
    }

    private void awaitWritten(long lines) {
        await().until(() -> metrics.log().written() == lines);
    }

    private double dropped(String reason) {
        return new PrometheusText(metrics.scrape()).value("sluice_access_log_dropped_total", "reason", reason);
    }

    private static ExchangeRecord numbered(int number) {
        return Records.worded("GET", "h", "/" + number);
    }

    @Test
    void writesNothingAndAsksForNoTextWhenOff() throws IOException {
        AccessLog log = AccessLog.open(config("off", Format.JSON, 16), metrics);

        assertThat(log.enabled()).isFalse();
        log.write(Records.served());
        log.reopen();
        log.close();
        assertThat(new PrometheusText(metrics.scrape()).named("sluice_access_log_lines_total")).isEmpty();
    }

    @Test
    void writesALinePerRecordWithIdsThatNeverRepeat() throws IOException {
        Path path = directory.resolve("access.log");
        AccessLog log = AccessLog.open(config(path.toString(), Format.JSON, 1024), metrics);
        assertThat(log.enabled()).isTrue();

        for (int i = 0; i < 500; i++) {
            log.write(numbered(i));
        }
        log.close();

        List<String> lines = Files.readAllLines(path);
        assertThat(lines).hasSize(500);
        Set<Object> ids = lines.stream().map(line -> StrictJson.object(line).get("id")).collect(Collectors.toSet());
        assertThat(ids).hasSize(500);
        assertThat(StrictJson.object(lines.get(499))).containsEntry("path", "/499");
        assertThat(metrics.log().written()).isEqualTo(500);
    }

    @Test
    void givesTwoLogsOfOneMomentDifferentIds() throws IOException {
        List<Object> ids = new ArrayList<>();
        for (String name : List.of("a", "b")) {
            Path path = directory.resolve(name);
            AccessLog log = AccessLog.open(config(path.toString(), Format.JSON, 16), metrics);
            log.write(Records.served());
            log.close();
            ids.add(StrictJson.object(Files.readString(path).strip()).get("id"));
        }

        assertThat(ids).doesNotHaveDuplicates();
    }

    @Test
    void namesTheFileItCannotOpen() {
        String path = directory.resolve("none/access.log").toString();

        assertThatThrownBy(() -> AccessLog.open(config(path, Format.JSON, 16), metrics))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("accessLog.path: can't append to " + path);
        assertThatThrownBy(() -> AccessLog.open(config("a\0b", Format.JSON, 16), metrics)).isInstanceOf(IOException.class);
    }

    @Test
    void wakesForALineAfterItSleptAndForTheNextOneToo() throws IOException {
        AccessLog log = toChannel(16);
        for (int i = 1; i <= 3; i++) {
            log.write(numbered(i));

            awaitWritten(i);
        }
        log.close();

        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void dropsAndCountsLinesWhileTheWriterIsHeldUpAndNeverBlocks() throws Exception {
        channel.holdUp();
        AccessLog log = toChannel(16);
        log.write(numbered(0));
        channel.awaitWrite();

        for (int i = 1; i <= 20; i++) {
            log.write(numbered(i));
        }

        assertThat(dropped("queue_full")).isEqualTo(4);
        channel.letGo();
        awaitWritten(17);
        log.close();
        assertThat(channel.text().lines()).hasSize(17).last().asString().contains("/16 ");
    }

    @Test
    void writesManyLinesWithOneCall() throws Exception {
        channel.holdUp();
        AccessLog log = toChannel(1024);
        log.write(numbered(0));
        channel.awaitWrite();
        for (int i = 1; i <= 500; i++) {
            log.write(numbered(i));
        }

        channel.letGo();
        log.close();

        assertThat(channel.text().lines()).hasSize(501);
        assertThat(channel.writes()).isEqualTo(2);
    }

    @Test
    void takesLinesFromManyThreadsAndLosesOrMixesNone() throws Exception {
        AccessLog log = toChannel(1 << 16);
        List<Thread> loops = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            int first = t * 10_000;
            loops.add(Thread.ofPlatform().start(() -> {
                for (int i = 0; i < 10_000; i++) {
                    log.write(numbered(first + i));
                }
            }));
        }
        for (Thread loop : loops) {
            loop.join();
        }
        log.close();

        assertThat(metrics.log().dropped()).isZero();
        List<String> lines = channel.text().lines().toList();
        assertThat(lines).hasSize(40_000).allMatch(line -> line.endsWith(" HTTP/1.1\" - 0"));
        assertThat(Set.copyOf(lines)).hasSize(40_000);
    }

    @Test
    void countsLinesAFullDiskLosesWarnsOnceAndRecovers() throws IOException {
        String said = duringCaptureOfMessages(() -> {
            channel.failsAfter(0);
            AccessLog log = toChannel(16);
            for (int i = 1; i <= 3; i++) {
                int lost = i;
                log.write(numbered(i));
                await().until(() -> metrics.log().dropped() == lost);
            }
            channel.failsAfter(Integer.MAX_VALUE);
            log.write(numbered(4));
            awaitWritten(1);
            log.close();
        });

        assertThat(channel.text().lines()).singleElement().asString().contains("/4 ");
        assertThat(dropped("write_failed")).isEqualTo(3);
        assertThat(said.lines().filter(line -> line.contains("WARN"))).singleElement().asString()
                .contains("file=disk").contains("No space left");
        assertThat(said.lines().filter(line -> line.contains("INFO"))).singleElement().asString().contains("lost=3");
    }

    @Test
    void countsOnlyTheLinesThatDidNotGetOutOfABatch() throws Exception {
        channel.holdUp();
        AccessLog log = toChannel(16);
        log.write(numbered(0));
        channel.awaitWrite();
        for (int i = 1; i <= 3; i++) {
            log.write(numbered(i));
        }
        int line = "192.0.2.1 - - [02/Jan/2026:03:04:05 +0000] \"GET /0 HTTP/1.1\" - 0\n".length();
        channel.failsAfter(2 * line + 5);

        channel.letGo();
        log.close();

        assertThat(metrics.log().written()).isEqualTo(2);
        assertThat(dropped("write_failed")).isEqualTo(2);
    }

    @Test
    void putsNothingIntoTheOldFileOnceReopenReturnedAndLosesNothing() throws Exception {
        Path path = directory.resolve("access.log");
        AccessLog log = AccessLog.open(config(path.toString(), Format.COMMON, 1 << 16), metrics);
        Thread loop = Thread.ofPlatform().start(() -> {
            for (int i = 0; i < 20_000; i++) {
                log.write(numbered(i));
            }
        });

        List<Path> olds = new ArrayList<>();
        List<Long> sizes = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            Path old = directory.resolve("access.log." + i);
            Files.move(path, old);
            log.reopen();
            olds.add(old);
            sizes.add(Files.size(old));
        }
        loop.join();
        log.close();

        for (int i = 0; i < olds.size(); i++) {
            assertThat(olds.get(i)).hasSize(sizes.get(i));
        }
        List<String> all = new ArrayList<>(Files.readAllLines(path));
        for (Path old : olds) {
            all.addAll(Files.readAllLines(old));
        }
        assertThat(all).hasSize(20_000).allMatch(line -> line.endsWith(" HTTP/1.1\" - 0"));
        assertThat(Set.copyOf(all)).hasSize(20_000);
    }

    @Test
    void finishesALineInFlightBeforeReopening() throws Exception {
        channel.holdUp();
        List<LogChannel> opened = new ArrayList<>(List.of(channel, new LogChannel()));
        AccessLog log = AccessLog.started(
                new LogFile(() -> opened.remove(0)), config("disk", Format.COMMON, 16), metrics);
        LogChannel second = opened.get(0);
        log.write(numbered(1));
        channel.awaitWrite();

        CompletableFuture<Void> reopening = CompletableFuture.runAsync(log::reopen);
        channel.letGo();
        reopening.join();
        log.write(numbered(2));
        log.close();

        assertThat(channel.text()).contains("/1 ").doesNotContain("/2 ").endsWith("\n");
        assertThat(channel.isOpen()).isFalse();
        assertThat(second.text()).contains("/2 ").doesNotContain("/1 ");
    }

    @Test
    void writesToTheOldFileWithAWarningWhenTheNewOneCannotBeOpened() throws IOException {
        Path inner = Files.createDirectory(directory.resolve("logs"));
        Path path = inner.resolve("access.log");
        AccessLog log = AccessLog.open(config(path.toString(), Format.COMMON, 16), metrics);
        Path moved = Files.move(inner, directory.resolve("moved"));

        String said = duringCaptureOfMessages(log::reopen);
        log.write(numbered(1));
        log.close();

        assertThat(said).contains("WARN").contains("can't be reopened").contains(path.toString());
        try (Stream<String> lines = Files.lines(moved.resolve("access.log"))) {
            assertThat(lines).hasSize(1);
        }
    }

    @Test
    void countsLinesThatComeAfterItWasClosedAndForgivesASecondClose() throws IOException {
        AccessLog log = toChannel(16);
        log.close();
        log.close();
        log.reopen();

        log.write(numbered(1));

        assertThat(dropped("closed")).isEqualTo(1);
        assertThat(channel.text()).isEmpty();
    }

    @Test
    void writesWhatWaitsWhenClosed() throws Exception {
        channel.holdUp();
        AccessLog log = toChannel(64);
        for (int i = 0; i < 50; i++) {
            log.write(numbered(i));
        }
        channel.awaitWrite();

        CompletableFuture<Void> closing = CompletableFuture.runAsync(log::close);
        channel.letGo();
        closing.join();

        assertThat(channel.text().lines()).hasSize(50);
        assertThat(metrics.log().dropped()).isZero();
    }

    /** What the logging backend of tests, which writes to standard error, says meanwhile. */
    private static String duringCaptureOfMessages(ThrowingRunnable action) throws IOException {
        PrintStream before = System.err;
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
        try {
            action.run();
        } finally {
            System.setErr(before);
        }
        return said.toString(StandardCharsets.UTF_8);
    }

    /** What a test does. */
    private interface ThrowingRunnable {
        void run() throws IOException;
    }
}
