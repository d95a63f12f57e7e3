package io.sluice.config;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The table of keys as a JSON Schema (2020-12), from which editors complete and check. Looser than the reader where a schema
 * can't say it. <em>Immutable.</em>
 */
public final class JsonSchema {
    private static final Map<String, Object> VARIABLE = Map.of("$ref", "#/$defs/variable");

    private JsonSchema() {}

    /** The schema, indented, with a line end at its end; the same text on every call. */
    public static String text() {
        Map<String, Object> schema = ValueType.ordered(
                "$schema", "https://json-schema.org/draft/2020-12/schema",
                "title", "Sluice configuration");
        schema.putAll(section(""));
        schema.put("$defs", Map.of("variable", ValueType.ordered(
                "description", "A value with environment variables: ${NAME} or ${NAME:-default}.",
                "type", "string",
                "pattern", "\\$\\{")));
        StringBuilder out = new StringBuilder();
        write(schema, "", out);
        return out.append('\n').toString();
    }

    private static Map<String, Object> schema(Key key) {
        Map<String, Object> schema = new LinkedHashMap<>();
        String otherwise = key.says() ? " Default: %s.".formatted(key.fallback() == null ? key.unset() : quoted(key)) : "";
        schema.put("description", key.meaning() + otherwise);
        if (key.type() == null) {
            schema.putAll(container(key));
            return schema;
        }
        List<Object> choices = new ArrayList<>(List.of(key.type().schema()));
        if (key.shape() != Key.Shape.VALUE) {
            choices.add(container(key));
        }
        choices.add(VARIABLE);
        schema.put("anyOf", choices);
        return schema;
    }

    private static String quoted(Key key) {
        return key.fallback().isEmpty() ? "\"\"" : key.fallback();
    }

    private static Map<String, Object> container(Key key) {
        return switch (key.shape()) {
            case SECTION -> section(key.path());
            case LIST -> ValueType.ordered(
                    "type", "array", "minItems", 1, "items", schema(KeyReference.key(key.path() + "[]")));
            case NAMES -> ValueType.ordered(
                    "type", "object", "additionalProperties", schema(KeyReference.key(key.path() + ".*")));
            case VALUE -> throw new IllegalArgumentException(key.path() + " holds no keys");
        };
    }

    private static Map<String, Object> section(String path) {
        Map<String, Object> properties = new LinkedHashMap<>();
        List<String> required = new ArrayList<>();
        for (Key key : KeyReference.under(path)) {
            properties.put(key.name(), schema(key));
            if (key.isRequired()) {
                required.add(key.name());
            }
        }
        Map<String, Object> section = ValueType.ordered("type", "object", "additionalProperties", false);
        if (!required.isEmpty()) {
            section.put("required", required);
        }
        section.put("properties", properties);
        return section;
    }

    private static void write(Object value, String indent, StringBuilder out) {
        switch (value) {
            case Map<?, ?> map -> {
                out.append('{');
                Iterator<? extends Map.Entry<?, ?>> entries = map.entrySet().iterator();
                while (entries.hasNext()) {
                    Map.Entry<?, ?> entry = entries.next();
                    out.append('\n').append(indent).append("  ");
                    string(entry.getKey().toString(), out);
                    out.append(": ");
                    write(entry.getValue(), indent + "  ", out);
                    out.append(entries.hasNext() ? "," : "\n" + indent);
                }
                out.append('}');
            }
            case List<?> list -> {
                out.append('[');
                for (int i = 0; i < list.size(); i++) {
                    out.append(i == 0 ? "" : ", ");
                    write(list.get(i), indent, out);
                }
                out.append(']');
            }
            case String text -> string(text, out);
            default -> out.append(value);
        }
    }

    /** The table holds printable ASCII only. */
    private static void string(String text, StringBuilder out) {
        out.append('"').append(text.replace("\\", "\\\\").replace("\"", "\\\"")).append('"');
    }
}
