package io.sluice.telemetry;

/**
 * The Common Log Format: {@code client - - [time] "METHOD target PROTOCOL" status bytes}. A status never sent is a hyphen.
 * <em>Loop-confined</em> to the writer's thread.
 */
final class CommonLine implements LineFormat {
    private final SecondText seconds = new SecondText("dd/MMM/uuuu:HH:mm:ss");

    @Override
    public void append(ExchangeRecord record, long number, LineBuffer to) {
        fields(record, to);
        to.end();
    }

    /** Writes the line without its end. */
    void fields(ExchangeRecord record, LineBuffer to) {
        to.quoted(record.client()).ascii(" - - [").ascii(seconds.of(record.startedMillis())).ascii(" +0000] \"");
        to.quoted(record.methodText()).ascii(" ").quoted(record.target()).ascii(" ");
        to.ascii(LineFormat.protocol(record)).ascii("\" ");
        if (record.status() > 0) {
            to.number(record.status());
        } else {
            to.ascii("-");
        }
        to.ascii(" ").number(record.bytesOut());
    }
}
