package io.sluice.admin;

import io.sluice.server.Survey;
import io.sluice.telemetry.LiveExchange;
import io.sluice.telemetry.LiveExchanges;
import java.util.Locale;
import java.util.function.IntFunction;

/**
 * {@code /connections}: exchanges and tunnels that go on at the moment, the longest first. <em>Immutable.</em>
 *
 * @param surveys asks for so many of them
 */
record ConnectionsPage(IntFunction<Survey> surveys) implements AdminPage {
    private static final int MAX = 1000;
    private static final double NANOS_PER_MILLI = 1e6;

    @Override
    public Answer answer(AdminRequest request) {
        int max = AdminRequest.whole(request.parameters("max"), "max", 1, MAX, MAX);
        JsonText json = new JsonText().object();
        write(surveys.apply(max), json);
        return Answer.json(json.end());
    }

    /** Writes how many there are and those told of, into an open object. */
    static void write(Survey survey, JsonText to) {
        LiveExchanges exchanges = survey.exchanges();
        to.object("live")
                .field("count", exchanges.count())
                .field("blockedOnClient", exchanges.onClient())
                .field("blockedOnBackend", exchanges.onBackend())
                .field("bytesIn", exchanges.bytesIn())
                .field("bytesOut", exchanges.bytesOut())
                .field("zeroCopyBytes", exchanges.zeroCopyBytes())
                .field("blockedOnClientMillis", millis(exchanges.onClientNanos()))
                .field("blockedOnBackendMillis", millis(exchanges.onBackendNanos()))
                .field("silentLoops", survey.silentLoops())
                .end();
        to.array("connections");
        long now = System.nanoTime();
        for (LiveExchange exchange : exchanges.longest()) {
            to.object()
                    .field("ageMillis", millis(now - exchange.startedNanos()))
                    .field("client", exchange.client())
                    .field("listener", exchange.listener())
                    .field("route", exchange.route())
                    .field("service", exchange.service())
                    .field("endpoint", exchange.endpoint())
                    .field("state", exchange.state())
                    .field("status", exchange.status())
                    .field("bytesIn", exchange.bytesIn())
                    .field("bytesOut", exchange.bytesOut())
                    .field("zeroCopyBytes", exchange.zeroCopyBytes())
                    .field("relay", exchange.relay().text())
                    .field("relayReason", exchange.relayReason())
                    .field("blockedOn", exchange.blockedOn().name().toLowerCase(Locale.ROOT))
                    .field("blockedForMillis", millis(exchange.blockedForNanos()))
                    .field("blockedOnClientMillis", millis(exchange.blockedOnClientNanos()))
                    .field("blockedOnBackendMillis", millis(exchange.blockedOnBackendNanos()))
                    .end();
        }
        to.end();
    }

    private static long millis(long nanos) {
        return Math.max(0, Math.round(nanos / NANOS_PER_MILLI));
    }
}
