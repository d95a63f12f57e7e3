package io.sluice.config;

import static io.sluice.config.Key.section;
import static io.sluice.config.Key.value;
import static io.sluice.config.ValueType.choice;
import static io.sluice.config.ValueType.flag;
import static io.sluice.config.ValueType.ordered;
import static io.sluice.config.ValueType.whole;

import io.sluice.config.ServiceConfig.KeyConfig;
import io.sluice.config.ServiceConfig.Rule;
import java.util.List;

/** The keys about which endpoint a request goes to. <em>Immutable.</em> */
final class BalancerKeys {
    private BalancerKeys() {}

    static List<Key> all() {
        return List.of(
                value("services.*.endpoints[].backup", flag(), "true: it gets requests only where none of the others is left, or"
                                + " the only one has just failed.")
                        .byDefault("false"),
                section("services.*.loadBalancer", "How an endpoint is chosen for a request."),
                value(
                                "services.*.loadBalancer.policy",
                                choice(ordered(
                                        "roundRobin", Rule.ROUND_ROBIN,
                                        "leastRequests", Rule.LEAST_REQUESTS,
                                        "random", Rule.RANDOM,
                                        "hash", Rule.HASH,
                                        "peakEwma", Rule.PEAK_EWMA)),
                                "roundRobin: each in turn. leastRequests: the one with the fewest requests in flight, so that"
                                        + " a slow endpoint gets fewer. random: any. hash: the same one for the same key."
                                        + " peakEwma: of two at random, the one with less latency and fewer requests in"
                                        + " flight. All heed the weights.")
                        .byDefault("leastRequests"),
                section("services.*.loadBalancer.key", "For hash: what of a request decides; clientAddress or path, or a mapping"
                                + " with either header or cookie. A request without that header or cookie goes anywhere.")
                        .orValue(choice(ordered(
                                "clientAddress", new KeyConfig.ClientAddress(), "path", new KeyConfig.Path())))
                        .byDefault("clientAddress"),
                value("services.*.loadBalancer.key.header", HttpTypes.FIELD, "The header whose value is the key, as it is"
                        + " forwarded."),
                value("services.*.loadBalancer.key.cookie", HttpTypes.COOKIE, "The cookie whose value is the key."),
                value(
                                "services.*.loadBalancer.loadPercent",
                                whole(101, 1000).orWord("unlimited", Long.MAX_VALUE),
                                "For hash: an endpoint with more in flight than this percentage of its share of all (and with"
                                        + " more than 8) is passed over; its keys go to others meanwhile, each key to the same.")
                        .byDefault("125"));
    }
}
