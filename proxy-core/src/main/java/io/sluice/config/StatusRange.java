package io.sluice.config;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Statuses from one to another. <em>Immutable.</em>
 *
 * @param first 100 to 599
 * @param last  at least {@code first}, at most 599
 */
public record StatusRange(int first, int last) {
    private static final Pattern FORM = Pattern.compile("([1-5][0-9]{2})(?:-([1-5][0-9]{2}))?|([1-5])xx");

    /** How it is written. */
    static final ValueType TYPE = ValueType.of("a status or a range such as 200, 200-299 or 2xx", StatusRange::parse);

    private static Object parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new Mismatch();
        }
        if (form.group(3) != null) {
            int hundred = Integer.parseInt(form.group(3)) * 100;
            return new StatusRange(hundred, hundred + 99);
        }
        int first = Integer.parseInt(form.group(1));
        int last = form.group(2) == null ? first : Integer.parseInt(form.group(2));
        if (last < first) {
            throw new Mismatch("the smaller one comes first");
        }
        return new StatusRange(first, last);
    }

    /** Whether a status is within one of them. Allocates nothing. */
    public static boolean anyHolds(List<StatusRange> ranges, int status) {
        for (int i = 0; i < ranges.size(); i++) {
            StatusRange range = ranges.get(i);
            if (range.first <= status && status <= range.last) {
                return true;
            }
        }
        return false;
    }

    @Override
    public String toString() {
        return first == last ? Integer.toString(first) : first + "-" + last;
    }
}
