package io.sluice.config;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * Which settings are read once, when the process starts, and how a later configuration is fitted to them.
 * <em>Immutable.</em>
 */
public final class StartSettings {
    /** Keys; what is below one of them belongs to it. */
    private static final Set<String> PATHS = Set.of(
            "eventLoops",
            "admin",
            "dns",
            "accessLog",
            "buffers",
            "limits.connections",
            "limits.connectionsPerAddress",
            "limits.memory",
            "tracing.endpoint",
            "tracing.headers",
            "tracing.serviceName",
            "zeroCopy.pipeSize");
    /** What has a life of its own in a reload, and is compared item by item. */
    private static final Set<String> ITEMS = Set.of("listeners", "routes", "services");

    private StartSettings() {}

    /** The configuration that a running process can take: as wanted, but for what only a start reads. */
    public static SluiceConfig fit(SluiceConfig running, SluiceConfig wanted) {
        return (SluiceConfig) fit("", running, wanted);
    }

    /** Keys outside of listeners, routes and services that differ and are read at any time. */
    static List<String> changed(SluiceConfig running, SluiceConfig wanted) {
        return differences(running, wanted).stream().filter(path -> !fixed(path)).toList();
    }

    /** Keys that differ, and that only a start reads. */
    static List<String> needRestart(SluiceConfig running, SluiceConfig wanted) {
        return differences(running, wanted).stream().filter(StartSettings::fixed).toList();
    }

    /**
     * Whether two routes are the same but for shared settings that no route has of its own: a route's record holds them,
     * too.
     */
    static boolean same(RouteConfig one, RouteConfig other) {
        return same("limits", one.limits(), other.limits())
                && same("timeouts", one.timeouts(), other.timeouts())
                && same("retry", one.retry(), other.retry())
                && same("zeroCopy", one.zeroCopy(), other.zeroCopy())
                && one.equals(new RouteConfig(
                        other.name(),
                        other.match(),
                        other.filters(),
                        other.action(),
                        one.limits(),
                        one.timeouts(),
                        one.retry(),
                        one.zeroCopy(),
                        other.rateLimit(),
                        other.hsts()));
    }

    private static boolean same(String section, Record one, Record other) {
        return Arrays.stream(one.getClass().getRecordComponents())
                .filter(component -> KeyReference.filling("routes[]." + section, component.getName()).isPresent())
                .allMatch(component -> Objects.equals(value(component, one), value(component, other)));
    }

    private static boolean fixed(String path) {
        return PATHS.stream().anyMatch(fixed -> path.equals(fixed) || path.startsWith(fixed + "."));
    }

    private static List<String> differences(SluiceConfig running, SluiceConfig wanted) {
        List<String> paths = new ArrayList<>();
        differences("", running, wanted, paths);
        return paths;
    }

    private static void differences(String path, Object running, Object wanted, List<String> into) {
        if (Objects.equals(running, wanted) || ITEMS.contains(path)) {
            return;
        }
        // An address is one value, though it is a record.
        boolean section = path.isEmpty() || KeyReference.key(path).shape() == Key.Shape.SECTION;
        if (section && running != null && wanted != null) {
            for (RecordComponent component : running.getClass().getRecordComponents()) {
                differences(key(path, component), value(component, running), value(component, wanted), into);
            }
        } else {
            into.add(path);
        }
    }

    private static Object fit(String path, Object running, Object wanted) {
        if (fixed(path)) {
            return running;
        }
        boolean above = path.isEmpty() || PATHS.stream().anyMatch(fixed -> fixed.startsWith(path + "."));
        if (!above || !(wanted instanceof Record) || running == null) {
            return wanted;
        }
        RecordComponent[] components = wanted.getClass().getRecordComponents();
        Class<?>[] types = new Class<?>[components.length];
        Object[] values = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            types[i] = components[i].getType();
            values[i] = fit(key(path, components[i]), value(components[i], running), value(components[i], wanted));
        }
        try {
            return wanted.getClass().getDeclaredConstructor(types).newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("a record has its canonical constructor", e);
        }
    }

    /** The key that fills a component, as its operator knows it. */
    private static String key(String section, RecordComponent component) {
        return KeyReference.filling(section, component.getName())
                .map(Key::path)
                .orElseGet(() -> KeyReference.join(section, component.getName()));
    }

    private static Object value(RecordComponent component, Object record) {
        try {
            return component.getAccessor().invoke(record);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("a record has its accessors", e);
        }
    }
}
