package io.sluice.config;

import static io.sluice.config.Key.section;
import static io.sluice.config.Key.value;
import static io.sluice.config.ValueType.choice;
import static io.sluice.config.ValueType.ordered;
import static io.sluice.config.ValueType.time;
import static io.sluice.config.ValueType.whole;

import io.sluice.config.ServiceConfig.Protocol;
import java.time.Duration;
import java.util.List;

/** The keys about what is spoken to endpoints. <em>Immutable.</em> */
final class Http2BackendKeys {
    private Http2BackendKeys() {}

    static List<Key> service() {
        return List.of(
                value(
                                "services.*.protocol",
                                choice(ordered("http1", Protocol.HTTP1, "h2", Protocol.H2, "h2c", Protocol.H2C, "auto", Protocol.AUTO)),
                                "What is spoken to the endpoints. http1: HTTP/1.1. h2: HTTP/2 under TLS, which needs tls; an"
                                        + " endpoint that does not agree to it is not used. h2c: HTTP/2 without TLS, without"
                                        + " asking for it first. auto: under TLS, what each endpoint chooses of HTTP/2 and"
                                        + " HTTP/1.1; without tls it is http1. gRPC needs HTTP/2. An endpoint of h2 or h2c is"
                                        + " never offered an Upgrade; one of auto is, over HTTP/1.1.")
                        .byDefault("http1"),
                section("services.*.http2", "How HTTP/2 is spoken to the endpoints."),
                value("services.*.http2.streams", whole(1, 10_000), "Requests on one connection at once; an endpoint may allow"
                                + " fewer. Beyond that another connection is opened.")
                        .byDefault("100"),
                value(
                                "services.*.http2.pingInterval",
                                time(Duration.ofMillis(1)).orWord("off", Duration.ZERO),
                                "How long a connection with requests on it may be silent before it is asked by a PING whether it"
                                        + " is alive. gRPC servers close connections that ask more often than they allow, every"
                                        + " 5 minutes where nothing else is set there. off: it is not asked.")
                        .byDefault("off"),
                value("services.*.http2.pingTimeout", time(Duration.ofMillis(1)), "How long it may stay silent then; after that"
                                + " it is given up, with all requests on it.")
                        .byDefault("10s"));
    }

    /**
     * What is spoken to the endpoints of a service.
     *
     * @param tls the service's; null = none, so that no handshake could settle it
     */
    static Protocol protocol(Section service, BackendTlsConfig tls) {
        Protocol written = service.get("protocol", Protocol.class);
        return written == Protocol.AUTO && tls == null ? Protocol.HTTP1 : written;
    }

    /** What no key can say alone; what can be used, but is hardly meant, goes to {@code warnings}. */
    static void check(
            Section service, ServiceConfig config, boolean raw, List<Problem> problems, List<Problem> warnings) {
        Values values = service.values();
        String protocol = service.at("protocol");
        if (values.sound(protocol) && service.get("protocol", Protocol.class) == Protocol.AUTO
                && !BackendTlsKeys.wanted(service)) {
            warnings.add(values.placeOf(protocol).problem(protocol, "found auto for a service without tls, which is http1:"
                    + " nothing but the handshake of TLS asks an endpoint what it speaks"));
        }
        if (!values.sound(protocol) || !config.protocol().shared()) {
            return;
        }
        if (config.protocol() == Protocol.H2C && BackendTlsKeys.wanted(service)) {
            problems.add(values.placeOf(protocol).problem(protocol, "found h2c, which is without TLS, for a service with tls;"
                    + " expected h2"));
        } else if (config.protocol() == Protocol.H2 && !BackendTlsKeys.wanted(service)) {
            problems.add(values.placeOf(protocol).problem(protocol, "found h2, which is under TLS, for a service without tls;"
                    + " expected tls as well (tls: true), or h2c"));
        }
        String header = service.at("proxyProtocol");
        if (values.sound(header) && config.proxyProtocol() != ServiceConfig.ProxyProtocol.OFF) {
            problems.add(values.placeOf(header).problem(header, "found a PROXY protocol header for connections that many clients"
                    + " share; expected off where protocol is h2, h2c or auto"));
        }
        if (raw) {
            problems.add(values.placeOf(protocol).problem(protocol, "found HTTP/2 for a service that a listener for tcp"
                    + " passes connections to; expected http1, as their bytes are not looked at"));
        }
    }
}
