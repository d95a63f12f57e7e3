package io.sluice.cli;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Clock;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;

/** One line an event: time, level, short name of the logger, message; a stack trace follows it. <em>Thread-safe.</em> */
final class TextLogger extends LegacyAbstractLogger {
    private static final long serialVersionUID = 1;
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSXXX");

    private final String shortName;
    private final transient PrintStream out;
    private final transient Clock clock;
    private volatile Level level;

    TextLogger(String loggerName, Level level, PrintStream out, Clock clock) {
        this.name = loggerName;
        this.shortName = loggerName.substring(loggerName.lastIndexOf('.') + 1);
        this.level = level;
        this.out = out;
        this.clock = clock;
    }

    /** From which level on it speaks. */
    void level(Level from) {
        level = from;
    }

    @Override
    protected void handleNormalizedLoggingCall(
            Level of, Marker marker, String pattern, Object[] arguments, Throwable thrown) {
        StringBuilder line = new StringBuilder(120)
                .append(TIME.format(ZonedDateTime.now(clock))).append(' ').append(of).append(' ')
                .append(shortName).append(" - ").append(MessageFormatter.basicArrayFormat(pattern, arguments));
        if (thrown != null) {
            StringWriter trace = new StringWriter();
            thrown.printStackTrace(new PrintWriter(trace));
            line.append(System.lineSeparator()).append(trace.toString().stripTrailing());
        }
        // One write, so that lines of several threads don't mix.
        out.print(line.append(System.lineSeparator()));
        out.flush();
    }

    @Override
    protected String getFullyQualifiedCallerName() {
        return null;
    }

    private boolean speaks(Level of) {
        return of.toInt() >= level.toInt();
    }

    @Override
    public boolean isTraceEnabled() {
        return speaks(Level.TRACE);
    }

    @Override
    public boolean isDebugEnabled() {
        return speaks(Level.DEBUG);
    }

    @Override
    public boolean isInfoEnabled() {
        return speaks(Level.INFO);
    }

    @Override
    public boolean isWarnEnabled() {
        return speaks(Level.WARN);
    }

    @Override
    public boolean isErrorEnabled() {
        return speaks(Level.ERROR);
    }
}
