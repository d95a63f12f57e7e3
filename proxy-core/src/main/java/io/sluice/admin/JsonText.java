package io.sluice.admin;

import java.nio.charset.StandardCharsets;

/** Writes one JSON text (RFC 8259), all in ASCII. <em>Loop-confined</em> to the thread that writes. */
final class JsonText {
    private final StringBuilder text = new StringBuilder(1024);
    /** What closes each level that is open, the innermost last. */
    private final StringBuilder open = new StringBuilder();

    /** Begins an object that is the whole text, or an element of an array. */
    JsonText object() {
        return begin('{', '}');
    }

    /** Begins an object under a name. */
    JsonText object(String name) {
        name(name);
        return begin('{', '}');
    }

    /** Begins an array behind {@link #name}. */
    JsonText array() {
        return begin('[', ']');
    }

    /** Begins an array under a name. */
    JsonText array(String name) {
        name(name);
        return begin('[', ']');
    }

    private JsonText begin(char with, char closer) {
        comma();
        text.append(with);
        open.append(closer);
        return this;
    }

    /** Ends the innermost object or array. */
    JsonText end() {
        text.append(open.charAt(open.length() - 1));
        open.setLength(open.length() - 1);
        return this;
    }

    /** A string; null is {@code null}. */
    JsonText field(String name, String value) {
        name(name);
        return value(value);
    }

    /** A whole number. */
    JsonText field(String name, long value) {
        name(name);
        return raw(Long.toString(value));
    }

    /** A finite number as an element. */
    JsonText decimal(double value) {
        return raw(Double.toString(value));
    }

    /** true or false. */
    JsonText field(String name, boolean value) {
        name(name);
        return raw(Boolean.toString(value));
    }

    /** A string as an element, or behind {@link #name}; null is {@code null}. */
    JsonText value(String value) {
        return raw(value == null ? "null" : quoted(value));
    }

    /** A number, true or false as an element, or behind {@link #name}. */
    JsonText value(long value) {
        return raw(Long.toString(value));
    }

    /** As {@link #value(long)}. */
    JsonText value(boolean value) {
        return raw(Boolean.toString(value));
    }

    /** A name whose value the next call writes. */
    JsonText name(String name) {
        comma();
        text.append(quoted(name)).append(':');
        return this;
    }

    /** Has the next element begin a line of its own. */
    JsonText line() {
        comma();
        text.append('\n');
        return this;
    }

    private JsonText raw(String json) {
        comma();
        text.append(json);
        return this;
    }

    private void comma() {
        char last = text.isEmpty() ? '{' : text.charAt(text.length() - 1);
        if (last != '{' && last != '[' && last != ':' && last != '\n') {
            text.append(',');
        }
    }

    /** What was written, with a line end. */
    byte[] bytes() {
        return (text + "\n").getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public String toString() {
        return text.toString();
    }

    /** A JSON string with its quotes. */
    static String quoted(String value) {
        StringBuilder out = new StringBuilder(value.length() + 2).append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c >= 0x20 && c < 0x7f) {
                out.append(c);
            } else {
                out.append("\\u%04x".formatted((int) c));
            }
        }
        return out.append('"').toString();
    }
}
