package io.sluice.admin;

import io.sluice.telemetry.SlowRequests;
import io.sluice.telemetry.Stall;
import io.sluice.telemetry.Timeline;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;

/**
 * {@code /slow}: slow and failed requests as one JSON object (RFC 8259); times are in microseconds. <em>Immutable.</em>
 *
 * @param requests gathers them
 */
record SlowPage(Supplier<SlowRequests> requests) implements AdminPage {
    static final String CONTENT_TYPE = "application/json";

    @Override
    public Answer answer(AdminRequest request) {
        request.parameters();
        return new Answer.Whole(200, CONTENT_TYPE, json(requests.get()).getBytes(StandardCharsets.UTF_8), List.of());
    }

    /** The whole page. */
    static String json(SlowRequests requests) {
        StringBuilder to = new StringBuilder("{\"slow\":");
        list(requests.slow(), to);
        to.append(",\"failed\":");
        list(requests.failed(), to);
        return to.append("}\n").toString();
    }

    private static void list(List<Timeline> timelines, StringBuilder to) {
        to.append('[');
        for (int i = 0; i < timelines.size(); i++) {
            to.append(i == 0 ? "\n" : ",\n");
            one(timelines.get(i), to);
        }
        to.append(']');
    }

    private static void one(Timeline it, StringBuilder to) {
        to.append("{\"time\":");
        text(Instant.ofEpochMilli(it.startedMillis()).toString(), to);
        member("listener", it.listener(), to);
        member("protocol", it.protocol(), to);
        member("method", it.method(), to);
        member("route", it.route(), to);
        member("service", it.service(), to);
        member("endpoint", it.endpoint(), to);
        to.append(",\"attempts\":").append(it.attempts()).append(",\"reused\":").append(it.reused());
        to.append(",\"status\":").append(it.status());
        member("end", it.end(), to);
        to.append(",\"bytesIn\":").append(it.bytesIn()).append(",\"bytesOut\":").append(it.bytesOut());
        member("relay", it.relay(), to);
        member("relayReason", it.relayReason(), to);
        if (!it.traceId().isEmpty()) {
            member("trace_id", it.traceId(), to);
        }
        stamps(it.stamps(), to);
        to.append(",\"stalls\":{\"onClient\":");
        stall(it.onClient(), to);
        to.append(",\"onBackend\":");
        stall(it.onBackend(), to);
        to.append("}}");
    }

    private static void stamps(Timeline.Stamps stamps, StringBuilder to) {
        to.append(",\"queued\":").append(stamps.queued() / 1000).append(",\"at\":{\"accepted\":");
        micros(stamps.accepted(), stamps.accepted() != Timeline.NEVER, to);
        at("head", stamps.head(), to);
        at("attempt", stamps.attempt(), to);
        at("connected", stamps.connected(), to);
        at("sent", stamps.sent(), to);
        at("firstByte", stamps.firstByte(), to);
        at("headSent", stamps.headSent(), to);
        at("end", stamps.end(), to);
        to.append('}');
    }

    private static void at(String name, long nanos, StringBuilder to) {
        to.append(",\"").append(name).append("\":");
        micros(nanos, nanos != Timeline.NEVER, to);
    }

    private static void micros(long nanos, boolean happened, StringBuilder to) {
        if (happened) {
            to.append(nanos / 1000);
        } else {
            to.append("null");
        }
    }

    private static void stall(Stall stall, StringBuilder to) {
        to.append("{\"times\":").append(stall.times()).append(",\"total\":").append(stall.totalNanos() / 1000);
        to.append(",\"longest\":").append(stall.longestNanos() / 1000).append(",\"longestAt\":");
        micros(stall.atNanos(), stall.times() > 0, to);
        to.append('}');
    }

    private static void member(String name, String value, StringBuilder to) {
        to.append(",\"").append(name).append("\":");
        text(value, to);
    }

    /** Names come from the configuration, which allows more than JSON does unescaped. */
    private static void text(String value, StringBuilder to) {
        to.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                to.append('\\').append(c);
            } else if (c < ' ') {
                to.append(String.format("\\u%04x", (int) c));
            } else {
                to.append(c);
            }
        }
        to.append('"');
    }
}
