package io.sluice.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Puts environment variables into values: <code>${VAR}</code>, <code>${VAR:-default}</code> (also used for a variable that
 * is set but empty, as shells do), <code>$$</code> for a dollar sign. What is put in is text: it never becomes YAML.
 * <em>Immutable.</em>
 */
record Variables(Map<String, String> environment) {
    private static final Pattern REFERENCE =
            Pattern.compile("\\$\\$|\\$\\{(?<name>[A-Za-z_][A-Za-z0-9_]*)(?<or>:-(?<default>[^}]*))?}|\\$\\{[^}]*}?");

    /**
     * A value after replacement.
     *
     * @param text      the value
     * @param variables those it was made from
     * @param problems  what was wrong; then {@code text} is of no use
     */
    record Filled(String text, List<String> variables, List<String> problems) {}

    /** Replaces every reference in a value. */
    Filled fill(String text) {
        if (text.indexOf('$') < 0) {
            return new Filled(text, List.of(), List.of());
        }
        List<String> variables = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        String filled = REFERENCE.matcher(text).replaceAll(
                reference -> Matcher.quoteReplacement(value(reference, variables, problems)));
        return new Filled(filled, List.copyOf(variables), List.copyOf(problems));
    }

    private String value(MatchResult reference, List<String> variables, List<String> problems) {
        String name = reference.group("name");
        if (name == null) {
            if (!reference.group().equals("$$")) {
                problems.add("found %s; expected a variable such as ${PORT} or ${PORT:-8080} (write $${ for a literal ${)"
                        .formatted(Words.found(reference.group())));
            }
            return "$";
        }
        String value = environment.get(name);
        String fallback = reference.group("default");
        if (value == null && reference.group("or") == null) {
            problems.add("found ${%s}; expected the environment variable %s to be set (or a default: ${%s:-value})"
                    .formatted(name, name, name));
            return "";
        }
        if (reference.group("or") != null && (value == null || value.isEmpty())) {
            return fallback;
        }
        variables.add(name);
        return value;
    }
}
