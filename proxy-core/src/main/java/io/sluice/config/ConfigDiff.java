package io.sluice.config;

import io.sluice.config.ServiceConfig.EndpointConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.stream.Collectors;

/**
 * What changes from one configuration to another. <em>Immutable.</em>
 *
 * @param listeners   by name
 * @param routes      by name
 * @param services    by name; one whose endpoints differ has changed
 * @param endpoints   as {@code service/address}, the address as configured
 * @param settings    keys of everything else that differs and that a running process takes
 * @param needRestart keys of what differs and is read only when a process starts
 */
public record ConfigDiff(
        Part listeners, Part routes, Part services, Part endpoints, List<String> settings, List<String> needRestart) {
    private static final int NAMES_SHOWN_MAX = 20;

    /**
     * One kind of thing, by name, in the order of the newer configuration; what was removed in that of the older.
     * <em>Immutable.</em>
     */
    public record Part(List<String> added, List<String> changed, List<String> removed, List<String> kept) {
        private static <T> Part of(Map<String, T> from, Map<String, T> to, BiPredicate<T, T> same) {
            List<String> added = new ArrayList<>();
            List<String> changed = new ArrayList<>();
            List<String> kept = new ArrayList<>();
            to.forEach((name, value) -> {
                T before = from.get(name);
                (before == null ? added : same.test(before, value) ? kept : changed).add(name);
            });
            List<String> removed = from.keySet().stream().filter(name -> !to.containsKey(name)).toList();
            return new Part(List.copyOf(added), List.copyOf(changed), removed, List.copyOf(kept));
        }

        /** Whether all was kept, and nothing came. */
        public boolean empty() {
            return added.isEmpty() && changed.isEmpty() && removed.isEmpty();
        }

        private String line(String kind) {
            return kind + ": " + named("added", added) + ", " + named("changed", changed) + ", "
                    + named("removed", removed) + ", kept " + kept.size();
        }
    }

    /** Compares. */
    public static ConfigDiff of(SluiceConfig from, SluiceConfig to) {
        return new ConfigDiff(
                Part.of(listeners(from), listeners(to), ListenerConfig::equals),
                Part.of(routes(from), routes(to), StartSettings::same),
                Part.of(from.services(), to.services(), ServiceConfig::equals),
                Part.of(endpoints(from), endpoints(to), EndpointConfig::equals),
                StartSettings.changed(from, to),
                StartSettings.needRestart(from, to));
    }

    private static Map<String, ListenerConfig> listeners(SluiceConfig config) {
        Map<String, ListenerConfig> byName = new LinkedHashMap<>();
        config.listeners().forEach(listener -> byName.put(listener.name(), listener));
        return byName;
    }

    private static Map<String, RouteConfig> routes(SluiceConfig config) {
        Map<String, RouteConfig> byName = new LinkedHashMap<>();
        config.routes().forEach(route -> byName.put(route.name(), route));
        return byName;
    }

    private static Map<String, EndpointConfig> endpoints(SluiceConfig config) {
        Map<String, EndpointConfig> byName = new LinkedHashMap<>();
        config.services().forEach((service, it) ->
                it.endpoints().forEach(endpoint -> byName.put(service + "/" + endpoint.written(), endpoint)));
        return byName;
    }

    /** Whether nothing differs at all. */
    public boolean empty() {
        return listeners.empty() && routes.empty() && services.empty() && endpoints.empty() && settings.isEmpty()
                && needRestart.isEmpty();
    }

    /** What an operator reads; a line each, long lists cut short. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(listeners.line("listeners"));
        lines.add(routes.line("routes"));
        lines.add(services.line("services"));
        lines.add(endpoints.line("endpoints"));
        lines.add("other settings: " + named("changed", settings));
        if (!needRestart.isEmpty()) {
            lines.add("needs a restart, the old value stays until then: " + String.join(" ", needRestart));
        }
        return List.copyOf(lines);
    }

    private static String named(String what, List<String> names) {
        if (names.isEmpty()) {
            return what + " 0";
        }
        String shown = names.stream().limit(NAMES_SHOWN_MAX).collect(Collectors.joining(" "));
        int more = names.size() - NAMES_SHOWN_MAX;
        return what + " " + names.size() + " (" + shown + (more > 0 ? " and " + more + " more)" : ")");
    }
}
