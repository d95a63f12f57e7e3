package io.sluice.config;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** How problems quote what was found, and which known word an unknown one was meant to be. <em>Immutable.</em> */
final class Words {
    private static final int QUOTED_MAX = 60;
    private static final Pattern NUMBER = Pattern.compile("[+-]?[0-9]{1,20}(\\.[0-9]{1,20})?");

    private Words() {}

    /** What was found, in quotes unless it is a number; control characters escaped, cut if long. */
    static String found(String text) {
        return NUMBER.matcher(text).matches() ? text : quoted(text);
    }

    /** The text in quotes, on one line. */
    static String quoted(String text) {
        StringBuilder out = new StringBuilder("\"");
        text.codePoints().limit(QUOTED_MAX).forEach(c -> {
            switch (c) {
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (Character.isISOControl(c) || Character.getType(c) == Character.FORMAT) {
                        out.append("\\u%04x".formatted(c));
                    } else {
                        out.appendCodePoint(c);
                    }
                }
            }
        });
        return out.append(text.codePointCount(0, text.length()) > QUOTED_MAX ? "…\"" : "\"").toString();
    }

    /** The hint itself. */
    static String didYouMean(String text) {
        return "did you mean " + quoted(text) + "?";
    }

    /** The candidate that was probably meant, or empty if none is near. */
    static Optional<String> closest(String word, Collection<String> candidates) {
        String best = null;
        int least = Integer.MAX_VALUE;
        String plain = plain(word);
        for (String candidate : candidates) {
            String other = plain(candidate);
            int distance = distance(plain, other);
            if (distance < least && distance <= Math.max(1, Math.min(plain.length(), other.length()) / 3)) {
                best = candidate;
                least = distance;
            }
        }
        return Optional.ofNullable(best);
    }

    /** Case, dashes and underscores are the commonest differences: {@code idle_timeout}. */
    private static String plain(String word) {
        String cut = word.length() > QUOTED_MAX ? word.substring(0, QUOTED_MAX) : word;
        return cut.replace("-", "").replace("_", "").toLowerCase(Locale.ROOT);
    }

    /** Letters added, left out, changed or swapped with the next one. */
    static int distance(String a, String b) {
        int[][] cost = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    cost[i][j] = i + j;
                    continue;
                }
                int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                int least = Math.min(cost[i - 1][j] + 1, cost[i][j - 1] + 1);
                least = Math.min(least, cost[i - 1][j - 1] + change);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    least = Math.min(least, cost[i - 2][j - 2] + 1);
                }
                cost[i][j] = least;
            }
        }
        return cost[a.length()][b.length()];
    }
}
