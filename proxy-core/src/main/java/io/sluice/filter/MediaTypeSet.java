package io.sluice.filter;

import io.sluice.http.Ascii;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Media types, some of them by pattern: {@code text/*}, {@code application/*+json}. <em>Immutable.</em> Asking allocates nothing. */
final class MediaTypeSet {
    private final Pattern[] patterns;

    /** Creates it; types in lower case, as the configuration has checked them. */
    MediaTypeSet(List<String> types) {
        this.patterns = types.stream().map(Pattern::of).toArray(Pattern[]::new);
    }

    /** Whether a Content-Type, with or without parameters, is one of them. */
    boolean contains(byte[] bytes, int start, int valueEnd) {
        int end = start;
        while (end < valueEnd && bytes[end] != ';' && bytes[end] != ' ' && bytes[end] != '\t') {
            end++;
        }
        for (Pattern pattern : patterns) {
            if (pattern.matches(bytes, start, end)) {
                return true;
            }
        }
        return false;
    }

    /** What a type begins with, and what it ends with; and whether something may stand between. */
    private record Pattern(byte[] before, byte[] behind, boolean between) {
        static Pattern of(String type) {
            int star = type.indexOf("/*");
            return star < 0
                    ? new Pattern(ascii(type), new byte[0], false)
                    : new Pattern(ascii(type.substring(0, star + 1)), ascii(type.substring(star + 2)), true);
        }

        private static byte[] ascii(String text) {
            return text.getBytes(StandardCharsets.US_ASCII);
        }

        boolean matches(byte[] bytes, int start, int end) {
            int rest = end - start - before.length - behind.length;
            return (between ? rest > 0 : rest == 0)
                    && Ascii.equalsLowerCase(bytes, start, start + before.length, before)
                    && Ascii.equalsLowerCase(bytes, end - behind.length, end, behind);
        }
    }
}
