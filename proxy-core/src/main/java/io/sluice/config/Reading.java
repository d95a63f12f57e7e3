package io.sluice.config;

import io.sluice.config.ConfigNode.Field;
import io.sluice.config.ConfigNode.Fields;
import io.sluice.config.ConfigNode.Items;
import io.sluice.config.ConfigNode.Refused;
import io.sluice.config.ConfigNode.Text;
import io.sluice.config.Key.Shape;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Holds nodes against the table of keys: every valid value goes to {@link Values}, all else becomes a problem. What several
 * values together must be is not its business. <em>Loop-confined</em> to one call of {@link #read}.
 */
final class Reading {
    /** The longest value of any key is shorter. */
    private static final int TEXT_MAX = 20_000;

    private final Variables variables;
    private final List<Problem> problems;
    private final Values values = new Values();

    private Reading(Variables variables, List<Problem> problems) {
        this.variables = variables;
        this.problems = problems;
    }

    /** Reads a whole configuration. */
    static Values read(ConfigNode root, Variables variables, List<Problem> problems) {
        Reading reading = new Reading(variables, problems);
        reading.values.place("", root.place());
        if (root instanceof Fields fields) {
            reading.section("", fields, "");
        } else if (root instanceof Refused) {
            reading.values.broken("");
        } else {
            reading.values.broken("");
            problems.add(root.place().problem("", "found %s; expected the keys listeners, routes and services"
                    .formatted(found(root))));
        }
        return reading.values;
    }

    private void node(Key key, ConfigNode node, String path) {
        // A section whose keys are all commented out is none; but nobody who writes tls: means that there is to be none.
        boolean none = key.shape() != Shape.VALUE && !key.isRequired() && !key.name().equals("tls");
        if (node instanceof Text text && text.absent() && none) {
            return;
        }
        values.place(path, node.place());
        switch (node) {
            case Refused _ -> values.broken(path);
            case Text text when key.type() != null && !text.absent() -> value(key, text, path);
            case Items items when key.shape() == Shape.LIST -> items(key, items, path);
            case Fields fields when key.shape() == Shape.SECTION -> section(key.path(), fields, path);
            case Fields fields when key.shape() == Shape.NAMES -> names(key, fields, path);
            default -> mismatch(key, node, path, shapeHint(key, node));
        }
    }

    private void section(String pattern, Fields fields, String path) {
        Set<String> meant = new HashSet<>();
        for (Field field : fields.fields()) {
            String name = field.key().text();
            Key key = KeyReference.key(KeyReference.join(pattern, name));
            String at = KeyReference.join(path, name);
            if (key == null) {
                Optional<String> near = Words.closest(name, here(pattern));
                near.ifPresent(word -> {
                    meant.add(word);
                    values.broken(KeyReference.join(path, word));
                });
                values.place(at, field.key().place());
                report(field.key().place(), at, unknown(pattern, name, near));
            } else {
                node(key, field.value(), at);
            }
        }
        for (Key key : KeyReference.under(pattern)) {
            String at = KeyReference.join(path, key.name());
            if (key.isRequired() && !values.has(at) && !meant.contains(key.name())) {
                report(fields.place(), at, "found nothing; expected " + key.expected());
            }
        }
    }

    private void items(Key key, Items items, String path) {
        if (items.items().isEmpty()) {
            report(items.place(), path, "found an empty list; expected at least one element");
        }
        Key element = KeyReference.key(key.path() + "[]");
        for (int i = 0; i < items.items().size(); i++) {
            String at = path + "[" + i + "]";
            ConfigNode item = items.items().get(i);
            values.child(path, at);
            if (item instanceof Text text && text.absent()) {
                values.place(at, item.place());
                mismatch(element, item, at, "");
            } else {
                node(element, item, at);
            }
        }
    }

    private void names(Key key, Fields fields, String path) {
        Key content = KeyReference.key(key.path() + ".*");
        for (Field field : fields.fields()) {
            String name = field.key().text();
            String at = path + "." + name;
            try {
                key.names().parser().apply(name);
            } catch (Mismatch e) {
                report(field.key().place(), path, "found the name %s; expected %s%s"
                        .formatted(Words.quoted(name), key.names().expected(), hint(e.getMessage())));
                continue;
            }
            values.child(path, at);
            if (field.value() instanceof Text text && text.absent()) {
                values.place(at, field.key().place());
                mismatch(content, text, at, "");
            } else {
                node(content, field.value(), at);
            }
        }
    }

    private void value(Key key, Text text, String path) {
        Variables.Filled filled = variables.fill(text.text());
        filled.problems().forEach(problem -> report(text.place(), path, problem));
        if (!filled.problems().isEmpty()) {
            return;
        }
        if (filled.text().length() > TEXT_MAX) {
            report(text.place(), path, "found %d characters; expected at most %d"
                    .formatted(filled.text().length(), TEXT_MAX));
            return;
        }
        try {
            values.value(path, key.type().parser().apply(filled.text()), filled.text(), filled.variables());
        } catch (Mismatch e) {
            String from = filled.variables().isEmpty() ? "" : " from ${%s}".formatted(filled.variables().getFirst());
            String found = AdminKeys.secret(key) || TracingKeys.secret(key) ? "something else" : Words.found(filled.text());
            report(text.place(), path, "found %s%s; expected %s%s"
                    .formatted(found, from, key.expected(), hint(e.getMessage())));
        }
    }

    private void mismatch(Key key, ConfigNode node, String path, String hint) {
        report(node.place(), path, "found %s; expected %s%s".formatted(found(node), key.expected(), hint(hint)));
    }

    private void report(ConfigNode.Place place, String path, String what) {
        values.broken(path);
        problems.add(place.problem(path, what));
    }

    private static String shapeHint(Key key, ConfigNode node) {
        boolean list = key.shape() == Shape.LIST;
        if (list && node instanceof Text text && !text.absent() && KeyReference.key(key.path() + "[]").type() != null) {
            return "write [%s]".formatted(text.text().length() > 60 ? "…" : text.text());
        }
        if (list && node instanceof Fields) {
            return "begin each element with a dash";
        }
        if (key.shape() == Shape.NAMES && node instanceof Items) {
            return "write name: value lines, without dashes";
        }
        return "";
    }

    private static String found(ConfigNode node) {
        return switch (node) {
            case Text text -> text.absent() ? "nothing" : Words.found(text.text());
            case Items _ -> "a list";
            case Fields _ -> "a mapping of keys";
            case Refused _ -> "something else";
        };
    }

    private static List<String> here(String pattern) {
        return KeyReference.under(pattern).stream().map(Key::name).toList();
    }

    private static String unknown(String pattern, String name, Optional<String> near) {
        if (pattern.startsWith("routes[].")) {
            Key global = KeyReference.key(KeyReference.join(pattern.substring("routes[].".length()), name));
            if (global != null) {
                return "found a key that can't differ between routes; expected it as %s, outside routes"
                        .formatted(global.path());
            }
        }
        String hint = near.or(() -> elsewhere(pattern, name)).map(Words::didYouMean).orElse("");
        return "found an unknown key; expected one of: %s%s".formatted(String.join(", ", here(pattern)), hint(hint));
    }

    /** A word like it further below, or the same word anywhere, where it was probably meant to stand. */
    private static Optional<String> elsewhere(String pattern, String name) {
        List<Key> below =
                KeyReference.keys().filter(key -> key.path().startsWith(pattern + ".")).toList();
        Optional<String> near = Words.closest(name, below.stream().map(Key::name).toList());
        return below.stream()
                .filter(key -> near.isPresent() && key.name().equals(near.get()))
                .findFirst()
                .or(() -> KeyReference.keys().filter(key -> key.name().equals(name)).findFirst())
                .map(Key::path);
    }

    private static String hint(String text) {
        return text.isEmpty() ? "" : " (" + text + ")";
    }
}
