package io.sluice.config;

import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The values under one key, defaults filled in. Where an invalid value stood there is the default, or null: the problem is
 * known by then, and no configuration comes of it. <em>Loop-confined</em>, as its values.
 *
 * @param values what was read
 * @param path   the key; empty at the top
 */
record Section(Values values, String path) {

    /** The path of a key in here. */
    String at(String name) {
        return KeyReference.join(path, name);
    }

    /** Whether anything was written under a key. */
    boolean has(String name) {
        return values.has(at(name));
    }

    /** The keys under a key. */
    Section section(String name) {
        return new Section(values, at(name));
    }

    /** The elements of a list. */
    List<Section> items(String name) {
        return values.children(at(name)).stream().map(it -> new Section(values, it)).toList();
    }

    /** The valid values of a list of values. */
    <T> List<T> list(String name, Class<T> type) {
        List<T> list = new ArrayList<>();
        for (String child : values.children(at(name))) {
            if (type.isInstance(values.value(child))) {
                list.add(type.cast(values.value(child)));
            }
        }
        return List.copyOf(list);
    }

    /** The valid texts of a map of names, in order. */
    Map<String, String> texts(String name) {
        Map<String, String> texts = new LinkedHashMap<>();
        for (String child : values.children(at(name))) {
            if (values.value(child) instanceof String text) {
                texts.put(child.substring(at(name).length() + 1), text);
            }
        }
        return texts;
    }

    /** A value, its default, or null. */
    <T> T get(String name, Class<T> type) {
        Object written = values.value(at(name));
        if (written != null) {
            return type.cast(written);
        }
        Key key = KeyReference.resolve(at(name)).orElseThrow(() -> new IllegalArgumentException("no key " + at(name)));
        return key.fallback() == null ? null : type.cast(key.type().parser().apply(key.fallback()));
    }

    /** A number, or its default. */
    int whole(String name) {
        return (int) Math.min(Integer.MAX_VALUE, get(name, Number.class).longValue());
    }

    /**
     * A record made of the keys in here, each component from the key that fills it.
     *
     * @param base what a key that isn't written takes; null = the default
     */
    <R extends Record> R bind(Class<R> type, R base) {
        RecordComponent[] components = type.getRecordComponents();
        Object[] arguments = new Object[components.length];
        Class<?>[] types = new Class<?>[components.length];
        try {
            for (int i = 0; i < components.length; i++) {
                types[i] = components[i].getType();
                Object written = written(components[i].getName()).orElse(null);
                arguments[i] = written == null && base != null
                        ? components[i].getAccessor().invoke(base)
                        : fitting(types[i], written == null ? fallback(components[i].getName()) : written);
            }
            Constructor<R> constructor = type.getDeclaredConstructor(types);
            return constructor.newInstance(arguments);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("the record " + type.getName() + " doesn't fit its keys", e);
        }
    }

    private Optional<Object> written(String component) {
        return KeyReference.filling(pattern(), component).map(key -> {
            String name = key.path().substring(pattern().length() + 1);
            return key.shape() == Key.Shape.LIST
                    ? has(name) ? list(name, Object.class) : null
                    : values.value(at(name));
        });
    }

    /** Null for a component that no key fills here: backlog of a service. */
    private Object fallback(String component) {
        return KeyReference.filling(pattern(), component)
                .map(key -> key.shape() == Key.Shape.LIST ? List.of() : key.type().parser().apply(key.fallback()))
                .orElse(null);
    }

    private String pattern() {
        return KeyReference.resolve(path).orElseThrow().path();
    }

    private static Object fitting(Class<?> type, Object value) {
        if (type == int.class) {
            return value == null ? 0 : (int) Math.min(Integer.MAX_VALUE, ((Number) value).longValue());
        }
        return value == null && type == Duration.class ? Duration.ZERO : value;
    }
}
