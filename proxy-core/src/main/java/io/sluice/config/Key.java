package io.sluice.config;

/**
 * One key of the configuration: the whole of what reading, checking, {@code explain}, the JSON Schema and the reference file
 * know about it. <em>Immutable.</em>
 *
 * @param path      dotted; {@code []} stands for any element of a list, {@code *} for any name: {@code services.*.pool}
 * @param shape     what may stand under it
 * @param type      what its value looks like; null if it is only a container
 * @param names     for {@link Shape#NAMES}: what the names look like; else null
 * @param fallback  the default as one would write it; null if there is none
 * @param unset     what being left out means where that is no value: {@code required}, {@code any}, …; null if there is a
 *                  {@code fallback}
 * @param inherits  the path of the key whose value in force is the default; null = its own {@code fallback}
 * @param component the record component it fills
 * @param meaning   one or two sentences
 */
record Key(
        String path,
        Shape shape,
        ValueType type,
        ValueType names,
        String fallback,
        String unset,
        String inherits,
        String component,
        String meaning) {

    private static final String NOT_SET = "not set";

    /** What may stand under a key. */
    enum Shape {
        /** One value. */
        VALUE,
        /** Known keys. */
        SECTION,
        /** Elements of one kind. */
        LIST,
        /** Names of the operator's choosing, each with the same kind of content. */
        NAMES
    }

    /** A key that holds one value. */
    static Key value(String path, ValueType type, String meaning) {
        return new Key(path, Shape.VALUE, type, null, null, NOT_SET, null, last(path), meaning);
    }

    /** A key that holds other keys. */
    static Key section(String path, String meaning) {
        return new Key(path, Shape.SECTION, null, null, null, NOT_SET, null, last(path), meaning);
    }

    /** A key that holds a list. */
    static Key list(String path, String meaning) {
        return new Key(path, Shape.LIST, null, null, null, NOT_SET, null, last(path), meaning);
    }

    /** A key that holds a map from names. */
    static Key names(String path, ValueType names, String meaning) {
        return new Key(path, Shape.NAMES, null, names, null, NOT_SET, null, last(path), meaning);
    }

    /** The same with a default. */
    Key byDefault(String text) {
        return new Key(path, shape, type, names, text, null, null, component, meaning);
    }

    /** The same, and it must be written. */
    Key required() {
        return unset("required");
    }

    /** The same; leaving it out means this. */
    Key unset(String what) {
        return new Key(path, shape, type, names, null, what, null, component, meaning);
    }

    /** The same; it fills this record component rather than the one of its own name. */
    Key fills(String name) {
        return new Key(path, shape, type, names, fallback, unset, inherits, name, meaning);
    }

    /** The same; a single value may stand in the container's place. */
    Key orValue(ValueType value) {
        return new Key(path, shape, value, names, fallback, unset, inherits, component, meaning);
    }

    /** The same key under another section, with this one's value in force as its default. */
    Key under(String section) {
        // Elements are inherited with their list.
        boolean element = path.endsWith("[]");
        return new Key(section + "." + path, shape, type, names, null, element ? unset : "as " + path, element ? null : path,
                component, meaning);
    }

    /** Whether it must be written. */
    boolean isRequired() {
        return "required".equals(unset);
    }

    /** The default as written, or in words what leaving it out means. */
    String defaultText() {
        return fallback == null ? unset : fallback;
    }

    /** Whether leaving it out means something worth saying. */
    boolean says() {
        return fallback != null || !isRequired() && !unset.equals(NOT_SET);
    }

    /** What may be written, in words. */
    String expected() {
        String container =
                switch (shape) {
                    case VALUE -> "";
                    case SECTION -> "a mapping of keys";
                    case LIST -> "a list";
                    case NAMES -> "a mapping from names";
                };
        if (type == null) {
            return container;
        }
        return container.isEmpty() ? type.expected() : type.expected() + ", or " + container;
    }

    /** The path of the section it stands in; empty at the top. */
    String parent() {
        if (path.endsWith("[]")) {
            return path.substring(0, path.length() - 2);
        }
        return path.substring(0, Math.max(0, path.lastIndexOf('.')));
    }

    /** The last word of its path. */
    String name() {
        return last(path);
    }

    private static String last(String path) {
        return path.substring(path.lastIndexOf('.') + 1);
    }
}
