package io.sluice.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a value may look like. <em>Immutable.</em>
 *
 * @param expected what problems and {@code explain} call it, with its range
 * @param parser   from the text as written to the value (whole numbers and sizes are {@link Long}); throws
 *                 {@link Mismatch}
 * @param schema   the same as a JSON Schema, as far as one can say it
 */
record ValueType(String expected, Function<String, Object> parser, Map<String, Object> schema) {
    private static final Pattern WHOLE = Pattern.compile("-?[0-9]{1,18}");
    private static final Pattern TIME = Pattern.compile("([0-9]{1,9})(ms|s|m|h)");
    private static final Pattern LOOSE_TIME = Pattern.compile("([0-9]{1,9})\\s*([A-Za-z]*)");
    private static final Pattern SIZE = Pattern.compile("([0-9]{1,15})(B|KiB|MiB|GiB)?");
    private static final Pattern LOOSE_SIZE = Pattern.compile("([0-9]{1,15})\\s*([KkMmGg])([Ii]?[Bb])?");
    private static final Duration DAY = Duration.ofHours(24);

    /** {@code true} or {@code false}. */
    static ValueType flag() {
        Function<String, Object> parser = text -> switch (text) {
            case "true" -> true;
            case "false" -> false;
            case "yes", "on", "True", "TRUE" -> throw new Mismatch(Words.didYouMean("true"));
            case "no", "off", "False", "FALSE" -> throw new Mismatch(Words.didYouMean("false"));
            default -> throw new Mismatch();
        };
        return new ValueType("true or false", parser, Map.of("type", "boolean"));
    }

    /** A whole number from {@code min} to {@code max}. */
    static ValueType whole(long min, long max) {
        Function<String, Object> parser = text -> {
            if (!WHOLE.matcher(text).matches()) {
                throw new Mismatch();
            }
            return inRange(Long.parseLong(text), min, max);
        };
        return new ValueType(
                "a whole number from " + min + " to " + max,
                parser,
                ordered("type", "integer", "minimum", min, "maximum", max));
    }

    /** A time from {@code min} to 24 hours; in whole seconds if {@code min} is one. */
    static ValueType time(Duration min) {
        Function<String, Object> parser = text -> {
            Matcher time = TIME.matcher(text);
            if (!time.matches()) {
                throw new Mismatch(timeHint(text));
            }
            Duration duration = duration(Long.parseLong(time.group(1)), time.group(2));
            if (duration.compareTo(min) < 0 || duration.compareTo(DAY) > 0) {
                throw new Mismatch(duration.isZero() ? "it can't be switched off" : "");
            }
            if (min.toSeconds() > 0 && duration.toMillisPart() > 0) {
                throw new Mismatch("in whole seconds");
            }
            return duration;
        };
        String from = min.toMillisPart() > 0 ? min.toMillis() + "ms" : min.toSeconds() + "s";
        return new ValueType(
                "a duration such as 250ms, 5s, 1m or 1h, from " + from + " to 24h",
                parser,
                ordered("type", "string", "pattern", "^[0-9]{1,9}(ms|s|m|h)$"));
    }

    /** A number of bytes. */
    static ValueType size(long min, long max) {
        Function<String, Object> parser = text -> {
            Matcher size = SIZE.matcher(text);
            if (!size.matches()) {
                Matcher loose = LOOSE_SIZE.matcher(text);
                throw new Mismatch(
                        loose.matches()
                                ? Words.didYouMean(loose.group(1) + loose.group(2).toUpperCase(Locale.ROOT) + "iB")
                                : "");
            }
            long unit = size.group(2) == null ? 1 : unit(size.group(2));
            long count = Long.parseLong(size.group(1));
            return inRange(count > Long.MAX_VALUE / unit ? Long.MAX_VALUE : count * unit, min, max);
        };
        return new ValueType(
                "a size such as 16KiB, 1MiB or a plain number of bytes, from " + bytes(min) + " to " + bytes(max),
                parser,
                ordered(
                        "anyOf",
                        List.of(
                                ordered("type", "integer", "minimum", min, "maximum", max),
                                ordered("type", "string", "pattern", "^[0-9]{1,15}(B|KiB|MiB|GiB)?$"))));
    }

    /** One of some words, each with its value. */
    static ValueType choice(Map<String, Object> words) {
        Function<String, Object> parser = text -> {
            Object value = words.get(text);
            if (value == null) {
                throw new Mismatch(Words.closest(text, words.keySet()).map(Words::didYouMean).orElse(""));
            }
            return value;
        };
        List<String> names = List.copyOf(words.keySet());
        String expected = names.size() == 1 ? names.getFirst() : "one of: " + String.join(", ", names);
        return new ValueType(expected, parser, ordered("enum", names.stream().map(ValueType::asJson).toList()));
    }

    /** An unquoted 301 or true is no text to an editor. */
    private static Object asJson(String word) {
        if (WHOLE.matcher(word).matches()) {
            return Long.parseLong(word);
        }
        return word.equals("true") || word.equals("false") ? (Object) Boolean.parseBoolean(word) : word;
    }

    /** Text that the pattern must match whole. */
    static ValueType text(String expected, String pattern) {
        Pattern form = Pattern.compile(pattern, Pattern.DOTALL);
        Function<String, Object> parser = text -> {
            if (!form.matcher(text).matches()) {
                throw new Mismatch();
            }
            return text;
        };
        return of(expected, parser);
    }

    /** The path of a file or a folder, which need not be there. */
    static ValueType path(String expected) {
        return of(expected, text -> {
            try {
                if (text.isEmpty()) {
                    throw new Mismatch();
                }
                return Path.of(text);
            } catch (InvalidPathException _) {
                throw new Mismatch();
            }
        });
    }

    /** Text with a grammar of its own. */
    static ValueType of(String expected, Function<String, Object> parser) {
        return new ValueType(expected, parser, Map.of("type", List.of("string", "number", "boolean")));
    }

    /** The same, or one further word with its own value. */
    ValueType orWord(String word, Object value) {
        Function<String, Object> both = text -> text.equals(word) ? value : parser.apply(text);
        return new ValueType(
                expected + ", or " + word, both, ordered("anyOf", List.of(schema, ordered("const", word))));
    }

    /** A map that keeps this order: name, value, name, value. */
    static Map<String, Object> ordered(Object... namesAndValues) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            map.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return map;
    }

    private static Long inRange(long value, long min, long max) {
        if (value < min || value > max) {
            throw new Mismatch();
        }
        return value;
    }

    private static Duration duration(long count, String unit) {
        return switch (unit) {
            case "ms" -> Duration.ofMillis(count);
            case "s" -> Duration.ofSeconds(count);
            case "m" -> Duration.ofMinutes(count);
            default -> Duration.ofHours(count);
        };
    }

    private static String timeHint(String text) {
        if (text.equals("none") || text.equals("off") || text.equals("0")) {
            return "it can't be switched off";
        }
        Matcher loose = LOOSE_TIME.matcher(text);
        if (!loose.matches()) {
            return "";
        }
        return switch (loose.group(2).toLowerCase(Locale.ROOT)) {
            case "ms", "msec", "millis" -> Words.didYouMean(loose.group(1) + "ms");
            case "", "s", "sec", "secs", "second", "seconds" -> Words.didYouMean(loose.group(1) + "s");
            case "m", "min", "mins", "minute", "minutes" -> Words.didYouMean(loose.group(1) + "m");
            case "h", "hr", "hour", "hours" -> Words.didYouMean(loose.group(1) + "h");
            default -> "";
        };
    }

    private static long unit(String name) {
        return switch (name) {
            case "KiB" -> 1L << 10;
            case "MiB" -> 1L << 20;
            case "GiB" -> 1L << 30;
            default -> 1;
        };
    }

    private static String bytes(long size) {
        List<String> units = new ArrayList<>(List.of("", "KiB", "MiB", "GiB", "TiB"));
        long rest = size;
        while (units.size() > 1 && rest >= 1024 && rest % 1024 == 0) {
            rest /= 1024;
            units.removeFirst();
        }
        return rest + units.getFirst();
    }
}
