package io.sluice.config;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * Which settings are read once, when the process starts, and how a later configuration is fitted to them.
 * <em>Immutable.</em>
 */
public final class StartSettings {
    /** Paths of record components; what is below one of them belongs to it. */
    private static final Set<String> PATHS =
            Set.of("eventLoops", "admin", "dns", "accessLog", "buffers", "limits.connections", "zeroCopy.pipeSize");
    /** What has a life of its own in a reload, and is compared item by item. */
    private static final Set<String> ITEMS = Set.of("listeners", "routes", "services");

    private StartSettings() {}

    /** The configuration that a running process can take: as wanted, but for what only a start reads. */
    public static SluiceConfig fit(SluiceConfig running, SluiceConfig wanted) {
        return (SluiceConfig) fit("", running, wanted);
    }

    /** Settings outside of listeners, routes and services that differ and are read at any time. */
    static List<String> changed(SluiceConfig running, SluiceConfig wanted) {
        return differences(running, wanted).stream().filter(path -> !fixed(path)).toList();
    }

    /** Settings that differ, and that only a start reads. */
    static List<String> needRestart(SluiceConfig running, SluiceConfig wanted) {
        return differences(running, wanted).stream().filter(StartSettings::fixed).toList();
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
        if (running instanceof Record && wanted != null && running.getClass() == wanted.getClass()) {
            for (RecordComponent component : running.getClass().getRecordComponents()) {
                String below = path.isEmpty() ? component.getName() : path + "." + component.getName();
                differences(below, value(component, running), value(component, wanted), into);
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
            String below = path.isEmpty() ? components[i].getName() : path + "." + components[i].getName();
            types[i] = components[i].getType();
            values[i] = fit(below, value(components[i], running), value(components[i], wanted));
        }
        try {
            return wanted.getClass().getDeclaredConstructor(types).newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("a record has its canonical constructor", e);
        }
    }

    private static Object value(RecordComponent component, Object record) {
        try {
            return component.getAccessor().invoke(record);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("a record has its accessors", e);
        }
    }
}
