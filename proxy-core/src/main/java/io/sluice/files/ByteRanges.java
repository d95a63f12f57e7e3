package io.sluice.files;

import java.util.ArrayList;
import java.util.List;

/**
 * What a Range field asks for (RFC 9110 §14.1.2, §14.2).
 *
 * <p><em>Immutable.</em>
 *
 * @param slices in the order asked for; none = nothing of the file can be sent, a 416
 */
record ByteRanges(List<Slice> slices) {
    private static final int SLICES_MAX = 16;
    private static final String UNIT = "bytes=";
    private static final int DIGITS_MAX = 18;

    /**
     * A part of a file.
     *
     * @param start first byte
     * @param count at least 1
     */
    record Slice(long start, long count) {
        /** As Content-Range says it. */
        String text(long size) {
            return "bytes " + start + "-" + (start + count - 1) + "/" + size;
        }
    }

    /**
     * Reads it; null if it is to be ignored: another unit, no ranges, an empty file; or so many of them, or so much of them
     * twice, that the whole file is less work.
     *
     * @param size of the file in bytes
     */
    static ByteRanges of(String field, long size) {
        if (size == 0 || !field.regionMatches(true, 0, UNIT, 0, UNIT.length())) {
            return null;
        }
        String[] specs = field.substring(UNIT.length()).split(",", SLICES_MAX + 1);
        if (specs.length > SLICES_MAX) {
            return null;
        }
        List<Slice> slices = new ArrayList<>(specs.length);
        long total = 0;
        for (String spec : specs) {
            String trimmed = spec.strip();
            int dash = trimmed.indexOf('-');
            if (dash < 0) {
                return null;
            }
            long first = dash == 0 ? -1 : number(trimmed, 0, dash);
            long last = dash == trimmed.length() - 1 ? Long.MAX_VALUE : number(trimmed, dash + 1, trimmed.length());
            boolean neither = dash == 0 && last == Long.MAX_VALUE && trimmed.length() == 1;
            if (neither || last < 0 || dash > 0 && (first < 0 || first > last)) {
                return null;
            }
            Slice slice = dash == 0 ? suffix(last, size) : slice(first, last, size);
            if (slice != null) {
                slices.add(slice);
                total += slice.count();
            }
        }
        return slices.size() > 1 && total > size ? null : new ByteRanges(List.copyOf(slices));
    }

    /** -1 if it is no number; what has very many digits is behind every file's end. */
    private static long number(String text, int start, int end) {
        for (int at = start; at < end; at++) {
            if (text.charAt(at) < '0' || text.charAt(at) > '9') {
                return -1;
            }
        }
        return end - start > DIGITS_MAX ? Long.MAX_VALUE : Long.parseLong(text, start, end, 10);
    }

    private static Slice suffix(long count, long size) {
        return count == 0 ? null : new Slice(Math.max(0, size - count), Math.min(count, size));
    }

    private static Slice slice(long first, long last, long size) {
        return first >= size ? null : new Slice(first, Math.min(last, size - 1) - first + 1);
    }
}
