package io.sluice.config;

/**
 * The address of dashboard, metrics, probes and commands. <em>Immutable.</em>
 *
 * @param address null = no admin address ({@code admin: off})
 * @param token   what its clients must know; null = nothing, at a loopback address only
 */
public record AdminConfig(HostPort address, Secret token) {

    /** Whether this is where an endpoint would answer, as far as addresses alone tell. */
    public boolean servedAt(HostPort endpoint) {
        return address != null
                && endpoint.port() == address.port()
                && (endpoint.host().equalsIgnoreCase(address.host()) || here(endpoint.host()) && here(address.host()));
    }

    /** Whether a host means this machine, whichever of its addresses. */
    private static boolean here(String host) {
        return host.equalsIgnoreCase("localhost")
                || Addresses.literal(host).map(it -> it.isLoopbackAddress() || it.isAnyLocalAddress()).orElse(false);
    }
}
