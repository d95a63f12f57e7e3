package io.sluice.config;

import static io.sluice.config.Key.value;
import static io.sluice.config.ValueType.choice;
import static io.sluice.config.ValueType.ordered;

import io.sluice.config.ListenerConfig.ProxyProtocol;

/** The keys about the PROXY protocol, in which a proxy says whom a connection is for. <em>Immutable.</em> */
final class ProxyProtocolKeys {
    private ProxyProtocolKeys() {}

    static Key listener() {
        return value(
                        "listeners[].proxyProtocol",
                        choice(ordered(
                                "off", ProxyProtocol.OFF,
                                "optional", ProxyProtocol.OPTIONAL,
                                "required", ProxyProtocol.REQUIRED)),
                        "Whether a connection begins with a PROXY protocol header (version 1 or 2) from the balancer in"
                                + " front. The client is then whom the header names, for filters, trustedProxies, forwarding"
                                + " headers and the access log; LOCAL, UNKNOWN and what is no TCP leave the socket's"
                                + " addresses. required: a connection without one is closed. optional: the first bytes"
                                + " decide, so no request may use a method named PROXY; and whoever connects can claim any"
                                + " address. With trustedProxies, a header from an address outside of them is never"
                                + " believed: its connection is closed, since to ignore it would hide a forgery or a"
                                + " forgotten balancer. The header must be whole within timeouts.requestHead. What is closed"
                                + " counts in rejected_total.")
                .byDefault("off");
    }

    static Key service() {
        return value(
                        "services.*.proxyProtocol",
                        choice(ordered(
                                "off", ServiceConfig.ProxyProtocol.OFF,
                                "v1", ServiceConfig.ProxyProtocol.V1,
                                "v2", ServiceConfig.ProxyProtocol.V2)),
                        "Begins every connection to an endpoint with a PROXY protocol header that names the client and the"
                                + " address it connected to. Such a connection carries one request, says Connection: close,"
                                + " and is never kept: it speaks for one client.")
                .byDefault("off");
    }
}
