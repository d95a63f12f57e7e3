package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

class LoggersTest {
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private final Loggers loggers = new Loggers(
            new PrintStream(written, true, StandardCharsets.UTF_8),
            Clock.fixed(Instant.parse("2026-01-02T03:04:05.678Z"), ZoneOffset.UTC));

    private String written() {
        return written.toString(StandardCharsets.UTF_8);
    }

    @Test
    void writesALineAnEvent() {
        loggers.getLogger("io.sluice.cli.Some").info("Listening {} times={}", "here", 3);

        assertThat(written())
                .isEqualTo("2026-01-02T03:04:05.678Z INFO Some - Listening here times=3" + System.lineSeparator());
    }

    @Test
    void writesTheStackTraceBehindItsLine() {
        loggers.getLogger("a.B").error("It failed path={}", "/x", new IllegalStateException("why"));

        assertThat(written().lines().toList()).hasSizeGreaterThan(2)
                .startsWith("2026-01-02T03:04:05.678Z ERROR B - It failed path=/x", "java.lang.IllegalStateException: why");
    }

    @Test
    void hearsNettyOnlyWhenSomethingIsWrong() {
        Logger netty = loggers.getLogger("io.netty.channel.Some");

        netty.info("chatter");
        netty.warn("trouble");

        assertThat(written()).contains("trouble").doesNotContain("chatter");
        assertThat(netty.isDebugEnabled()).isFalse();
        assertThat(loggers.getLogger("io.nettyx.Other").isInfoEnabled()).isTrue();
    }

    @Test
    void changesTheLevelOfLoggersThereAreAndOfThoseToCome() {
        Logger before = loggers.getLogger("io.sluice.admin.AdminServer");
        Logger other = loggers.getLogger("io.sluice.server.SluiceServer");

        loggers.set("io.sluice.admin", "TRACE");

        assertThat(before.isTraceEnabled()).isTrue();
        assertThat(loggers.getLogger("io.sluice.admin.Later").isTraceEnabled()).isTrue();
        assertThat(other.isDebugEnabled()).isFalse();
        assertThat(loggers.levels()).isEqualTo(Map.of("", "INFO", "io.netty", "WARN", "io.sluice.admin", "TRACE"));

        loggers.set("", "ERROR");

        assertThat(other.isWarnEnabled()).isFalse();
        assertThat(before.isTraceEnabled()).isTrue();
        assertThatThrownBy(() -> loggers.set("", "LOUD")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void isWhatTheProcessLogsBy() {
        assertThat(LoggerFactory.getILoggerFactory()).isInstanceOf(Loggers.class);
    }
}
