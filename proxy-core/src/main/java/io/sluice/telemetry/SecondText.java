package io.sluice.telemetry;

import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * The text of a point in time in UTC, to the second; made anew only when the second changes. <em>Loop-confined</em> to the
 * writer's thread.
 */
final class SecondText {
    private final DateTimeFormatter format;
    private long second = Long.MIN_VALUE;
    private String text = "";

    SecondText(String pattern) {
        format = DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH);
    }

    /** The text of a time in milliseconds since 1970. */
    String of(long millis) {
        long wanted = Math.floorDiv(millis, 1000L);
        if (wanted != second) {
            text = format.format(LocalDateTime.ofEpochSecond(wanted, 0, ZoneOffset.UTC));
            second = wanted;
        }
        return text;
    }
}
