package io.sluice.config;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How large a pattern becomes once its counted repetitions are written out, which RE2/J does when it compiles one:
 * {@code ((a{1000}){1000}){1000}} would take all memory. An estimate, never far below the truth. <em>Loop-confined</em> to one
 * call of {@link #of}.
 */
final class PatternSize {
    /** More than any pattern over paths needs; compiles in milliseconds. */
    static final long MAX = 10_000;

    private static final Pattern PIECE = Pattern.compile(
            "\\\\Q.*?(?:\\\\E|$)|\\\\[pPx]\\{[^}]*}|\\\\.|\\[\\^?]?(?:\\\\.|[^\\]\\\\])*+]?|\\{([0-9]{1,9})(?:,([0-9]{0,9}))?}|.",
            Pattern.DOTALL);

    private final Deque<Long> outer = new ArrayDeque<>();
    private long sum;
    private long last;

    private PatternSize() {}

    /** The number of single characters and classes, repetitions written out. */
    static long of(String pattern) {
        PatternSize size = new PatternSize();
        Matcher pieces = PIECE.matcher(pattern);
        while (pieces.find()) {
            size.add(pieces);
        }
        while (!size.outer.isEmpty()) {
            size.close();
        }
        return size.sum;
    }

    private void add(Matcher piece) {
        switch (piece.group()) {
            case "(" -> {
                outer.push(sum);
                sum = 0;
                last = 0;
            }
            case ")" -> close();
            default -> {
                if (piece.group(1) == null) {
                    last = piece.group().startsWith("\\Q") ? piece.group().length() : 1;
                    sum += last;
                } else {
                    repeat(piece.group(1), piece.group(2));
                }
            }
        }
    }

    private void repeat(String least, String most) {
        long times = Long.parseLong(most == null || most.isEmpty() ? least : most);
        long repeated = Math.min(MAX + 1, last * Math.max(1, times));
        sum += repeated - last;
        last = repeated;
    }

    private void close() {
        if (outer.isEmpty()) {
            return;
        }
        last = Math.min(MAX + 1, sum);
        sum = outer.pop() + last;
    }
}
