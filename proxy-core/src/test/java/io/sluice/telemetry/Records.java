package io.sluice.telemetry;

import io.sluice.http.Method;
import io.sluice.http.ProxyError;
import io.sluice.telemetry.ExchangeRecord.Relay;

/** Records as exchanges leave them. */
final class Records {
    /** 2026-01-02T03:04:05.007Z. */
    static final long STARTED_MILLIS = 1767323045007L;

    private Records() {}

    /** A GET that ended well. */
    static ExchangeRecord served() {
        ExchangeRecord record = begun();
        record.attempt("app", "10.0.0.5:8080");
        record.queued(1_000);
        record.connected(false, 250_000);
        record.response(200, 4_000_000);
        record.relay(Relay.COPIED, "small");
        record.bytes(10, 1024);
        record.backendBytes(11, 1025);
        record.blocked(2_000_000_000L, 500_000_000L);
        record.ended(null, 7_000_000);
        return record;
    }

    /** One that failed without an answer of a backend. */
    static ExchangeRecord failed(ProxyError why) {
        ExchangeRecord record = begun();
        record.answered(why.status());
        record.ended(why, 7_000_000);
        return record;
    }

    /** One whose client chose these words. */
    static ExchangeRecord worded(String method, String host, String target) {
        ExchangeRecord record = begun();
        record.text(method, host, target);
        record.ended(null, 1_000);
        return record;
    }

    static ExchangeRecord begun() {
        ExchangeRecord record = new ExchangeRecord("web", "192.0.2.1", 0, STARTED_MILLIS);
        record.request(Method.GET, false);
        record.text("GET", "example.com", "/a?b=c");
        record.route("api");
        return record;
    }
}
