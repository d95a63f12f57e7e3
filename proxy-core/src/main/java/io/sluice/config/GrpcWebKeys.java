package io.sluice.config;

import static io.sluice.config.Key.value;
import static io.sluice.config.ValueType.choice;
import static io.sluice.config.ValueType.ordered;

import io.sluice.config.ActionConfig.Forward;
import io.sluice.config.ActionConfig.WeightedService;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/** The key of the filter that translates gRPC-Web. <em>Immutable.</em> */
final class GrpcWebKeys {
    private static final String NAME = "grpcWeb";

    private GrpcWebKeys() {}

    static List<Key> all() {
        return List.of(value(
                "routes[].filters[]." + NAME,
                choice(ordered("on", "on")),
                "Translates gRPC-Web, as browsers speak it, for services that speak gRPC, which need h2, h2c or auto. Other requests"
                        + " pass as they are. CORS is left to the services."));
    }

    /**
     * Judges those of a route.
     *
     * @param problems gets a key, and what is wrong about it
     */
    static void check(
            Section route, ActionConfig action, Map<String, ServiceConfig> services, BiConsumer<String, String> problems) {
        String first = null;
        for (Section filter : route.items("filters")) {
            String at = filter.at(NAME);
            if (!filter.has(NAME) || !filter.values().sound(at)) {
                continue;
            }
            if (first != null) {
                problems.accept(at, "found grpcWeb a second time; expected it once (" + first + " has it already)");
                continue;
            }
            first = at;
            if (action instanceof Forward forward) {
                forward.services().stream().map(WeightedService::service)
                        .filter(name -> services.containsKey(name) && !services.get(name).protocol().shared())
                        .forEach(name -> problems.accept(at, "found grpcWeb in front of service " + name + ", which is not asked by"
                                + " HTTP/2; expected protocol: h2 or h2c there, as gRPC needs it"));
            } else if (action != null) {
                problems.accept(at, "found grpcWeb on a route without a service; expected service, the one that speaks gRPC");
            }
        }
    }
}
