package io.sluice.config;

import static io.sluice.config.Key.value;
import static io.sluice.config.ValueType.choice;
import static io.sluice.config.ValueType.ordered;
import static io.sluice.config.ValueType.time;

import io.sluice.config.ListenerConfig.Protocol;
import java.time.Duration;
import java.util.List;

/** The keys about tunnels: what is neither request nor response. <em>Immutable.</em> */
final class TunnelKeys {
    private TunnelKeys() {}

    static List<Key> listener() {
        return List.of(
                value(
                                "listeners[].protocol",
                                choice(ordered("http", Protocol.HTTP, "tcp", Protocol.TCP)),
                                "http: requests, of which routes say what becomes of them. tcp: every connection is passed on to"
                                        + " an endpoint of service, byte for byte, each direction up to its own end; routes don't"
                                        + " matter there.")
                        .byDefault("http"),
                value("listeners[].service", HttpTypes.NAME, "With protocol tcp, and only then: the service that every"
                        + " connection goes to."));
    }

    static Key timeout() {
        return value("timeouts.tunnel", time(Duration.ofMillis(1)).orWord("none", Duration.ZERO), "A tunnel (a WebSocket,"
                        + " or any connection after an Upgrade; a connection of a listener for tcp) without a byte in either"
                        + " direction; then both sides are reset. No other deadline but connect applies to tunnels.")
                .byDefault("1h");
    }
}
