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
                        "Whether a connection begins with a PROXY protocol header, version 1 or 2, in which the balancer in"
                                + " front names the client: filters, trustedProxies, forwarding headers and the access log"
                                + " go by that address. LOCAL, UNKNOWN and anything but TCP leave the socket's. required: a"
                                + " connection without a header is closed. optional: the first bytes decide (so no request"
                                + " may have a method named PROXY), and whoever can connect can claim any address. Where"
                                + " trustedProxies are given, a connection that brings a header from outside of them is"
                                + " closed: to ignore it would hide a forgery, or a forgotten balancer. The header must be"
                                + " whole within timeouts.requestHead. sluice_rejected_total counts what is closed.")
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
                                + " address it connected to. Such a connection speaks for one client: it carries one"
                                + " request, says Connection: close, and is never kept for another, so each request pays"
                                + " for a connection of its own.")
                .byDefault("off");
    }
}
