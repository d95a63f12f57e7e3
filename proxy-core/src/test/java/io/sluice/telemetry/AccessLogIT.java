package io.sluice.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.sluice.config.AccessLogConfig;
import io.sluice.config.AccessLogConfig.Format;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class AccessLogIT {
    /** Another process, whose standard outputs are the log's. */
    static final class Writer {
        private Writer() {}

        public static void main(String[] outputs) throws IOException {
            for (String output : outputs) {
                AccessLog log = AccessLog.open(new AccessLogConfig(output, Format.COMMON, 16), new Metrics("test"));
                log.write(Records.worded("GET", "h", "/" + output));
                log.reopen();
                log.write(Records.worded("GET", "h", "/again"));
                log.close();
            }
        }
    }

    @Test
    @Timeout(60)
    void writesToTheProcessesOutputsAndLeavesThemOpen() throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp", System.getProperty("java.class.path"), Writer.class.getName(), "stdout", "stderr", "stdout"));
        Process process = new ProcessBuilder(command).start();
        process.getOutputStream().close();

        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor()).as(err).isZero();
        assertThat(out.lines()).hasSize(4).filteredOn(line -> line.contains("GET /stdout ")).hasSize(2);
        assertThat(err.lines().filter(line -> line.contains("GET /"))).hasSize(2);
    }

    @Test
    @Timeout(30)
    void closesWithinTwoSecondsThoughItsDiskStandsStill() throws Exception {
        LogChannel channel = new LogChannel();
        Metrics metrics = new Metrics("test");
        channel.holdUp();
        AccessLog log = AccessLog.started(
                new LogFile(() -> channel), new AccessLogConfig("disk", Format.COMMON, 16), metrics);
        log.write(Records.served());
        channel.awaitWrite();
        log.write(Records.served());

        long before = System.nanoTime();
        assertThatCode(log::close).doesNotThrowAnyException();

        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(2));
        channel.letGo();
        org.awaitility.Awaitility.await().until(() -> metrics.log().dropped() == 1);
        assertThat(channel.text().lines()).hasSize(1);
    }

    @Test
    @Timeout(30)
    void returnsFromReopenThoughItsDiskStandsStillAndReopensLater() throws Exception {
        LogChannel channel = new LogChannel();
        LogChannel second = new LogChannel();
        List<LogChannel> channels = new ArrayList<>(List.of(channel, second));
        channel.holdUp();
        AccessLog log = AccessLog.started(
                new LogFile(() -> channels.remove(0)),
                new AccessLogConfig("disk", Format.COMMON, 16),
                new Metrics("test"));
        log.write(Records.served());
        channel.awaitWrite();

        log.reopen();
        assertThat(channel.isOpen()).isTrue();
        channel.letGo();

        org.awaitility.Awaitility.await().until(() -> !channel.isOpen());
        log.write(Records.served());
        log.close();
        assertThat(second.text().lines()).hasSize(1);
    }
}
