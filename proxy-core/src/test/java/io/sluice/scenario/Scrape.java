package io.sluice.scenario;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A page of metrics in Prometheus' text format. <em>Immutable.</em>
 *
 * @param samples in the order of the page
 */
record Scrape(List<Sample> samples) {
    private static final Pattern LINE = Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)})? (\\S+)");

    /**
     * One line.
     *
     * @param labels as written, such as {@code listener="web",reason="malformed_field"}; may be empty
     */
    record Sample(String name, String labels, double value) {}

    /** Reads a page. */
    static Scrape of(String page) {
        List<Sample> samples = new ArrayList<>();
        for (String line : page.split("\n")) {
            if (line.startsWith("#") || line.isBlank()) {
                continue;
            }
            Matcher matcher = LINE.matcher(line);
            if (!matcher.matches()) {
                throw new AssertionError("no sample: " + line);
            }
            samples.add(new Sample(
                    matcher.group(1),
                    matcher.group(2) == null ? "" : matcher.group(2),
                    Double.parseDouble(matcher.group(3))));
        }
        return new Scrape(List.copyOf(samples));
    }

    /**
     * The sum over all samples of this name with all these labels; 0 if there are none.
     *
     * @param labels each as {@code name=value}
     */
    double sum(String name, String... labels) {
        return samples.stream()
                .filter(sample -> sample.name().equals(name))
                .filter(sample -> List.of(labels).stream().allMatch(label -> has(sample, label)))
                .mapToDouble(Sample::value)
                .sum();
    }

    private static boolean has(Sample sample, String label) {
        int equals = label.indexOf('=');
        String written = label.substring(0, equals) + "=\"" + label.substring(equals + 1) + "\"";
        return List.of(sample.labels().split("(?<=\"),")).contains(written);
    }
}
