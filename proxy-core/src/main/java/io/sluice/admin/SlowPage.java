package io.sluice.admin;

import io.sluice.telemetry.SlowRequests;
import io.sluice.telemetry.Stall;
import io.sluice.telemetry.Timeline;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;

/**
 * {@code /slow}: slow and failed requests as one JSON object (RFC 8259); times are in microseconds. <em>Immutable.</em>
 *
 * @param requests gathers them
 */
record SlowPage(Supplier<SlowRequests> requests) implements AdminPage {
    @Override
    public Answer answer(AdminRequest request) {
        request.parameters();
        return Answer.json(json(requests.get()));
    }

    /** The whole page, a line for each request. */
    static JsonText json(SlowRequests requests) {
        JsonText json = new JsonText().object();
        list("slow", requests.slow(), json);
        list("failed", requests.failed(), json);
        return json.end();
    }

    private static void list(String name, List<Timeline> timelines, JsonText to) {
        to.array(name);
        timelines.forEach(each -> one(each, to.line()));
        to.end();
    }

    private static void one(Timeline it, JsonText to) {
        to.object()
                .field("time", Instant.ofEpochMilli(it.startedMillis()).toString())
                .field("listener", it.listener())
                .field("protocol", it.protocol())
                .field("method", it.method())
                .field("route", it.route())
                .field("service", it.service())
                .field("endpoint", it.endpoint())
                .field("attempts", it.attempts())
                .field("reused", it.reused())
                .field("status", it.status())
                .field("end", it.end())
                .field("bytesIn", it.bytesIn())
                .field("bytesOut", it.bytesOut())
                .field("relay", it.relay())
                .field("relayReason", it.relayReason());
        stamps(it.stamps(), to);
        to.object("stalls");
        stall("onClient", it.onClient(), to);
        stall("onBackend", it.onBackend(), to);
        to.end().end();
    }

    private static void stamps(Timeline.Stamps stamps, JsonText to) {
        to.field("queued", stamps.queued() / 1000).object("at");
        at("accepted", stamps.accepted(), to);
        at("head", stamps.head(), to);
        at("attempt", stamps.attempt(), to);
        at("connected", stamps.connected(), to);
        at("sent", stamps.sent(), to);
        at("firstByte", stamps.firstByte(), to);
        at("headSent", stamps.headSent(), to);
        at("end", stamps.end(), to);
        to.end();
    }

    private static void at(String name, long nanos, JsonText to) {
        micros(name, nanos, nanos != Timeline.NEVER, to);
    }

    private static void micros(String name, long nanos, boolean happened, JsonText to) {
        if (happened) {
            to.field(name, nanos / 1000);
        } else {
            to.field(name, null);
        }
    }

    private static void stall(String name, Stall stall, JsonText to) {
        to.object(name)
                .field("times", stall.times())
                .field("total", stall.totalNanos() / 1000)
                .field("longest", stall.longestNanos() / 1000);
        micros("longestAt", stall.atNanos(), stall.times() > 0, to);
        to.end();
    }
}
