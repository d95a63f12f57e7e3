package io.sluice.config;

import static io.sluice.config.Key.list;
import static io.sluice.config.Key.section;
import static io.sluice.config.Key.value;
import static io.sluice.config.ValueType.choice;
import static io.sluice.config.ValueType.ordered;
import static io.sluice.config.ValueType.time;

import io.sluice.config.DnsConfig.Families;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** The keys about the names of endpoints and who resolves them. <em>Immutable.</em> */
final class DnsKeys {
    private DnsKeys() {}

    static Key service() {
        return value("services.*.endpoints[].srv", Addresses.SRV, "In place of address: the name of SRV records, which say"
                        + " where it is answered. Their weights are the endpoints' weights, and higher priority numbers are"
                        + " backups.")
                .unset("none");
    }

    static List<Key> process() {
        return List.of(
                section("dns", "How the names of endpoints are resolved: all their addresses, anew when the records' time to"
                        + " live is over (5 to 60 seconds). When that fails, the last good ones stay."),
                list("dns.servers", "Who is asked, in this order.").unset("those of /etc/resolv.conf"),
                value("dns.servers[]", Addresses.NAME_SERVER, "The address of a name server."),
                value(
                                "dns.families",
                                choice(ordered(
                                        "auto", Families.AUTO,
                                        "ipv4", Families.IPV4,
                                        "ipv6", Families.IPV6,
                                        "both", Families.BOTH)),
                                "Which addresses of a name are used. auto: all, where this machine has an IPv6 address that"
                                        + " others can reach; else those of IPv4.")
                        .byDefault("auto"),
                value("dns.timeout", time(Duration.ofMillis(1)), "How long one name server has for an answer; then the next"
                                + " is asked.")
                        .byDefault("2s"));
    }

    /** What is written at the top. */
    static DnsConfig of(Section at) {
        return new DnsConfig(
                at.list("servers", HostPort.class), at.get("families", Families.class), at.get("timeout", Duration.class));
    }

    /** An endpoint has either an address or the name of SRV records, which bring weights of their own. */
    static void check(Section service, List<Problem> problems) {
        for (Section endpoint : service.items("endpoints")) {
            Values values = endpoint.values();
            boolean srv = endpoint.has("srv");
            boolean address = endpoint.has("address") || values.value(endpoint.path()) != null;
            if (!values.sound(endpoint.path())) {
                continue;
            }
            if (srv == address) {
                problems.add(values.placeOf(endpoint.path()).problem(endpoint.path(),
                        "found " + (srv ? "address and srv" : "neither address nor srv") + "; expected one of them"));
            } else if (srv && endpoint.has("weight")) {
                problems.add(values.placeOf(endpoint.at("weight")).problem(endpoint.at("weight"),
                        "found a weight beside srv; expected none, as the records have weights"));
            }
        }
    }

    /** What an endpoint was written as, of which each may stand in a service once. */
    static boolean twice(Set<String> seen, ServiceConfig.EndpointConfig endpoint) {
        return endpoint.written() != null && !seen.add(endpoint.written());
    }
}
