package io.sluice.config;

import java.time.Duration;
import java.util.List;

/**
 * How names of endpoints are resolved. <em>Immutable.</em>
 *
 * @param servers  who is asked, in this order; empty = whom the system asks (/etc/resolv.conf)
 * @param families which addresses of a name are used
 * @param timeout  how long one server has for an answer; above zero
 */
public record DnsConfig(List<HostPort> servers, Families families, Duration timeout) {
    /** What there is without a word about it. */
    public static final DnsConfig DEFAULT = new DnsConfig(List.of(), Families.AUTO, Duration.ofSeconds(2));

    /** Which addresses of a name are used. */
    public enum Families {
        /** All, where this machine has an IPv6 address that others can reach; else those of IPv4. The default. */
        AUTO,
        /** Those of IPv4. */
        IPV4,
        /** Those of IPv6. */
        IPV6,
        /** All. */
        BOTH
    }
}
