package io.sluice.exchange;

import io.sluice.exchange.ExchangeState.Phase;
import io.sluice.exchange.ExchangeState.Request;
import io.sluice.exchange.ExchangeState.Response;
import io.sluice.http.BodyFraming;
import io.sluice.relay.BodyRelay;
import io.sluice.telemetry.ExchangeRecord;
import io.sluice.telemetry.LiveExchange;
import io.sluice.telemetry.LiveExchange.BlockedOn;
import io.sluice.telemetry.LiveExchanges;

/** What is to be seen of an exchange while it goes on. <em>Loop-confined</em>: asked on the exchange's loop. */
public final class LiveView {
    private LiveView() {}

    /** Shows an exchange; null = there is none, and nothing is shown. */
    public static void show(Exchange exchange, LiveExchanges to) {
        if (exchange == null || exchange.state.phase() == Phase.DONE) {
            return;
        }
        Attempt attempt = exchange.attempt;
        BodyRelay request = attempt == null ? null : attempt.request();
        BodyRelay response = attempt == null ? null : attempt.response();
        String state = state(exchange.state);
        long now = System.nanoTime();
        BlockedOn blockedOn = blockedOn(request, response);
        long blockedFor = blockedOn == BlockedOn.CLIENT ? response.blockedForNanos()
                : blockedOn == BlockedOn.BACKEND ? request.blockedForNanos() : 0;
        if (state.equals("waiting") && exchange.head.framing() == BodyFraming.NONE) {
            blockedOn = BlockedOn.BACKEND;
            ExchangeRecord record = exchange.record;
            blockedFor = Math.max(0, now - record.startedNanos() - record.queueNanos() - record.connectNanos());
        }
        long sent = response != null ? response.bytes() : exchange.fileAnswer == null ? 0 : exchange.fileAnswer.bytes();
        boolean kernel = exchange.record.relay() == ExchangeRecord.Relay.SENDFILE;
        long zeroCopy = response != null ? request.splicedBytes() + response.splicedBytes() : kernel ? sent : 0;
        long spliced = request == null ? 0 : request.splicedBytes();
        add(exchange.record, exchange.client.peer().addressText(), state,
                new Bytes(exchange.requestBytes + spliced, sent, zeroCopy),
                new Blocked(blockedOn, blockedFor, response == null ? 0 : response.blockedNanos(),
                        request == null ? 0 : request.blockedNanos()), to);
    }

    /** Shows a tunnel, or a raw connection that is to become one: its relays are null until it is. */
    static void show(ExchangeRecord record, String client, BodyRelay toBackend, BodyRelay toClient, LiveExchanges to) {
        if (toBackend == null) {
            add(record, client, "connecting", new Bytes(0, 0, 0), new Blocked(BlockedOn.NOBODY, 0, 0, 0), to);
            return;
        }
        BlockedOn blockedOn = blockedOn(toBackend, toClient);
        long blockedFor = Math.max(toClient.blockedForNanos(), toBackend.blockedForNanos());
        add(record, client, "tunnel",
                new Bytes(toBackend.bytes(), toClient.bytes(), toBackend.splicedBytes() + toClient.splicedBytes()),
                new Blocked(blockedOn, blockedFor, toClient.blockedNanos(), toBackend.blockedNanos()), to);
    }

    /** <em>Immutable.</em> */
    private record Bytes(long in, long out, long zeroCopy) {}

    /** <em>Immutable.</em> */
    private record Blocked(BlockedOn on, long forNanos, long onClientNanos, long onBackendNanos) {}

    private static void add(
            ExchangeRecord record, String client, String state, Bytes bytes, Blocked blocked, LiveExchanges to) {
        boolean tunnelSpliced = state.equals("tunnel") && bytes.zeroCopy() > 0;
        to.add(new LiveExchange(
                record.listener(), client, record.route(), record.service(), record.endpoint(), state,
                record.startedNanos(), record.status(), bytes.in(), bytes.out(), bytes.zeroCopy(),
                tunnelSpliced ? ExchangeRecord.Relay.SPLICED
                        : state.equals("tunnel") ? ExchangeRecord.Relay.COPIED : record.relay(),
                record.relayReason(), blocked.on(), blocked.forNanos(), blocked.onClientNanos(),
                blocked.onBackendNanos()));
    }

    private static BlockedOn blockedOn(BodyRelay toBackend, BodyRelay toClient) {
        if (toClient != null && toClient.blocked()) {
            return BlockedOn.CLIENT;
        }
        return toBackend != null && toBackend.blocked() ? BlockedOn.BACKEND : BlockedOn.NOBODY;
    }

    private static String state(ExchangeState state) {
        if (state.phase() == Phase.ROUTING || state.phase() == Phase.ACQUIRING) {
            return "connecting";
        }
        return switch (state.response()) {
            case Response.AWAITING -> state.request() == Request.READING ? "request" : "waiting";
            case Response.SENDING -> "response";
            default -> "sending";
        };
    }
}
