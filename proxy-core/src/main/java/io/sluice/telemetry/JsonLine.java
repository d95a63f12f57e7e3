package io.sluice.telemetry;

import io.sluice.http.Encryption;

/**
 * One JSON object a line (RFC 8259). Its fields are described with the configuration. <em>Loop-confined</em> to the
 * writer's thread.
 */
final class JsonLine implements LineFormat {
    private final String idPrefix;
    private final SecondText seconds = new SecondText("uuuu-MM-dd'T'HH:mm:ss");

    /**
     * Makes the format.
     *
     * @param idPrefix begins every id; different for every process
     */
    JsonLine(String idPrefix) {
        this.idPrefix = idPrefix;
    }

    @Override
    public void append(ExchangeRecord record, long number, LineBuffer to) {
        time(record.startedMillis(), to);
        to.ascii(",\"id\":\"").ascii(idPrefix).hexadecimal(number);
        to.ascii("\",\"client\":").json(record.client());
        to.ascii(",\"listener\":").json(record.listener());
        to.ascii(",\"protocol\":").json(LineFormat.protocol(record));
        to.ascii(",\"method\":").json(record.methodText());
        to.ascii(",\"host\":").json(record.host());
        to.ascii(",\"path\":").json(record.target());
        to.ascii(",\"status\":").number(record.status());
        to.ascii(",\"bytesIn\":").number(record.bytesIn());
        to.ascii(",\"bytesOut\":").number(record.bytesOut());
        to.ascii(",\"route\":").json(record.route());
        to.ascii(",\"service\":").json(record.service());
        to.ascii(",\"endpoint\":").json(record.endpoint());
        to.ascii(",\"attempts\":").number(record.attempts());
        to.ascii(",\"reused\":").ascii(record.reused() ? "true" : "false");
        timers(record, to);
        to.ascii(",\"relay\":").json(record.relay().text());
        to.ascii(",\"relayReason\":").json(record.relayReason());
        to.ascii(",\"end\":").json(record.error() == null ? "ok" : record.error().word());
        tls(record.encryption(), to);
        if (record.trace() != null) {
            to.ascii(",\"trace_id\":\"").ascii(record.trace().id()).ascii("\"");
        }
        to.ascii("}").end();
    }

    private static void tls(Encryption how, LineBuffer to) {
        if (how != null) {
            to.ascii(",\"tls\":{\"version\":").json(how.version());
            to.ascii(",\"cipher\":").json(how.cipher());
            to.ascii(",\"serverName\":").json(how.serverName()).ascii("}");
        }
    }

    private void time(long millis, LineBuffer to) {
        long fraction = Math.floorMod(millis, 1000L);
        to.ascii("{\"time\":\"").ascii(seconds.of(millis)).ascii(fraction < 10 ? ".00" : fraction < 100 ? ".0" : ".");
        to.number(fraction).ascii("Z\"");
    }

    private static void timers(ExchangeRecord record, LineBuffer to) {
        to.ascii(",\"timers\":{\"queue\":").number(micros(record.queueNanos()));
        to.ascii(",\"connect\":").number(micros(record.connectNanos()));
        to.ascii(",\"firstByte\":").number(micros(record.firstByteNanos()));
        to.ascii(",\"total\":").number(micros(record.totalNanos()));
        to.ascii(",\"blockedOnClient\":").number(micros(record.blockedOnClientNanos()));
        to.ascii(",\"blockedOnBackend\":").number(micros(record.blockedOnBackendNanos())).ascii("}");
    }

    private static long micros(long nanos) {
        return nanos / 1000;
    }
}
