package io.sluice.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads Prometheus' text format, strictly: whatever breaks its rules fails the test. */
final class PrometheusText {
    /** One sample. */
    record Sample(String name, Map<String, String> labels, double value) {}

    private static final Pattern COMMENT = Pattern.compile("# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.*)");
    private static final Pattern SAMPLE = Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)})? (\\S+)");
    private static final Pattern LABEL =
            Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\\n]|\\\\[\\\\\"n])*)\"(,|$)");
    private static final Set<String> TYPES = Set.of("counter", "gauge", "histogram", "summary", "untyped");

    private final List<Sample> samples = new ArrayList<>();
    private final Map<String, String> types = new HashMap<>();

    PrometheusText(String text) {
        assertThat(text).endsWith("\n").doesNotContain("\r");
        Set<String> seen = new HashSet<>();
        String family = "";
        for (String line : text.split("\n")) {
            Matcher comment = COMMENT.matcher(line);
            if (comment.matches()) {
                family = comment.group(2);
                if (comment.group(1).equals("TYPE")) {
                    assertThat(types.put(family, comment.group(3))).as("a second type of %s", family).isNull();
                    assertThat(comment.group(3)).isIn(TYPES);
                }
                continue;
            }
            Sample sample = sample(line);
            assertThat(seen.add(sample.name() + sample.labels())).as("sample is unique: %s", line).isTrue();
            assertThat(belongs(sample.name(), family)).as("sample stands in its family: %s", line).isTrue();
            samples.add(sample);
        }
    }

    private static Sample sample(String line) {
        Matcher parts = SAMPLE.matcher(line);
        assertThat(parts.matches()).as("is a sample: %s", line).isTrue();
        Map<String, String> labels = new TreeMap<>();
        String rest = parts.group(2) == null ? "" : parts.group(2);
        while (!rest.isEmpty()) {
            Matcher label = LABEL.matcher(rest);
            assertThat(label.lookingAt()).as("is a label: %s in %s", rest, line).isTrue();
            String value = label.group(2).replace("\\\"", "\"").replace("\\n", "\n").replace("\\\\", "\\");
            assertThat(labels.put(label.group(1), value)).isNull();
            rest = rest.substring(label.end());
        }
        String value = parts.group(3);
        return new Sample(parts.group(1), labels, value.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(value));
    }

    private boolean belongs(String name, String family) {
        return switch (types.getOrDefault(family, "")) {
            case "histogram" -> name.equals(family + "_bucket") || name.equals(family + "_sum") || name.equals(family + "_count");
            case "summary" -> name.equals(family) || name.equals(family + "_sum") || name.equals(family + "_count");
            default -> name.equals(family);
        };
    }

    /** Every sample. */
    List<Sample> samples() {
        return samples;
    }

    /** The samples of this name. */
    List<Sample> named(String name) {
        return samples.stream().filter(sample -> sample.name().equals(name)).toList();
    }

    /** The one sample of this name with exactly these labels, given as name, value, name, value … */
    double value(String name, String... labels) {
        Map<String, String> wanted = new TreeMap<>();
        for (int i = 0; i < labels.length; i += 2) {
            wanted.put(labels[i], labels[i + 1]);
        }
        List<Sample> found =
                named(name).stream().filter(sample -> sample.labels().equals(wanted)).toList();
        assertThat(found).as("%s %s among %s", name, wanted, named(name)).hasSize(1);
        return found.get(0).value();
    }

    /** The type a family is declared with, or null. */
    String type(String family) {
        return types.get(family);
    }
}
