package io.sluice.filter;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import java.util.ArrayList;
import java.util.List;

/**
 * The text put where a pattern was found: {@code $1} and <code>${name}</code> stand for groups (more digits belong to the
 * number as long as there is such a group), a backslash takes the next character as it is. Read once, so that a wrong
 * reference is an error of the configuration and not of a request. <em>Immutable.</em>
 */
final class Replacement {
    private final List<Part> parts;

    private Replacement(List<Part> parts) {
        this.parts = List.copyOf(parts);
    }

    /**
     * Reads it.
     *
     * @throws IllegalArgumentException if it names a group that the pattern does not have, or ends too early
     */
    static Replacement of(String text, Pattern pattern) {
        List<Part> parts = new ArrayList<>();
        int at = 0;
        while (at < text.length()) {
            int start = at;
            while (at < text.length() && text.charAt(at) != '$' && text.charAt(at) != '\\') {
                at++;
            }
            if (at > start) {
                parts.add(new Literal(text.substring(start, at)));
            } else if (text.charAt(at) == '\\') {
                parts.add(new Literal(character(text, at + 1)));
                at += 2;
            } else if (character(text, at + 1).equals("{")) {
                int close = text.indexOf('}', at);
                parts.add(named(text.substring(at + 2, Math.max(at + 2, close)), text, pattern));
                at = close + 1;
            } else {
                int end = numberEnd(text, at + 1, pattern);
                parts.add(new Group(Integer.parseInt(text, at + 1, end, 10)));
                at = end;
            }
        }
        return new Replacement(parts);
    }

    private static String character(String text, int at) {
        if (at >= text.length()) {
            throw wrong(text, "a character after the last one");
        }
        return text.substring(at, at + 1);
    }

    private static Group named(String name, String text, Pattern pattern) {
        Integer group = pattern.namedGroups().get(name);
        if (group == null) {
            throw wrong(text, "names of the pattern's groups in ${…}");
        }
        return new Group(group);
    }

    private static int numberEnd(String text, int start, Pattern pattern) {
        int end = start;
        int number = 0;
        while (end < text.length() && text.charAt(end) >= '0' && text.charAt(end) <= '9') {
            number = number * 10 + text.charAt(end) - '0';
            if (number > pattern.groupCount()) {
                break;
            }
            end++;
        }
        if (end == start) {
            throw wrong(text, "numbers of the pattern's groups, 0 to " + pattern.groupCount() + ", behind each $");
        }
        return end;
    }

    private static IllegalArgumentException wrong(String text, String expected) {
        return new IllegalArgumentException("replacement: found \"" + text + "\"; expected " + expected);
    }

    /** Appends what stands for this match; a group that took no part in it is empty. */
    void append(String path, Matcher match, StringBuilder to) {
        for (Part part : parts) {
            switch (part) {
                case Literal literal -> to.append(literal.text);
                case Group group -> {
                    if (match.start(group.number) >= 0) {
                        to.append(path, match.start(group.number), match.end(group.number));
                    }
                }
            }
        }
    }

    /** A piece of the replacement. */
    private sealed interface Part {}

    /** Text as it stands. */
    private record Literal(String text) implements Part {}

    /** What a group of the pattern matched. */
    private record Group(int number) implements Part {}
}
