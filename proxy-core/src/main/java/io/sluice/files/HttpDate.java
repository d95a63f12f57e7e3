package io.sluice.files;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.List;
import java.util.Locale;

/** Dates as HTTP writes them (RFC 9110 §5.6.7): one form is written, three are read. <em>Immutable.</em> */
final class HttpDate {
    private static final int LENGTH_MAX = 40;
    private static final DateTimeFormatter IMF_FIXDATE =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US).withZone(ZoneOffset.UTC);
    /** Two digits of a year are never more than 50 years ahead. */
    private static final DateTimeFormatter RFC_850 = new DateTimeFormatterBuilder()
            .appendPattern("EEEE, dd-MMM-")
            .appendValueReduced(ChronoField.YEAR, 2, 2, LocalDate.now(ZoneOffset.UTC).minusYears(49))
            .appendPattern(" HH:mm:ss 'GMT'")
            .toFormatter(Locale.US);
    private static final DateTimeFormatter ASCTIME = DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss yyyy", Locale.US);
    private static final List<DateTimeFormatter> READ = List.of(IMF_FIXDATE, RFC_850, ASCTIME);

    private HttpDate() {}

    /** Seconds since 1970 as text. */
    static String text(long seconds) {
        return IMF_FIXDATE.format(Instant.ofEpochSecond(seconds));
    }

    /** Seconds since 1970; {@link Long#MIN_VALUE} for what is no date. */
    static long seconds(String text) {
        if (text.length() <= LENGTH_MAX) {
            for (DateTimeFormatter form : READ) {
                try {
                    return LocalDateTime.parse(text, form).toEpochSecond(ZoneOffset.UTC);
                } catch (DateTimeException _) {
                    // Perhaps it is in the next form.
                }
            }
        }
        return Long.MIN_VALUE;
    }
}
