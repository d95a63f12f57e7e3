package io.sluice.telemetry;

/** How a record becomes a line of the access log. <em>Loop-confined</em> to the writer's thread. */
sealed interface LineFormat permits JsonLine, CommonLine, CommonTlsLine {

    /**
     * Writes one line with its end.
     *
     * @param number counts the lines of this log, from 1
     */
    void append(ExchangeRecord record, long number, LineBuffer to);

    /** The protocol as it is written in logs and labels. */
    static String protocol(ExchangeRecord record) {
        return record.protocol().text();
    }
}
