package io.sluice.telemetry;

import io.sluice.http.Encryption;

/**
 * The Common Log Format, and behind it of the client's TLS the version, the cipher suite and the name asked for (SNI), each a
 * hyphen where there is none. <em>Loop-confined</em> to the writer's thread.
 */
final class CommonTlsLine implements LineFormat {
    private static final Encryption NONE = new Encryption(null, null, null, null);

    private final CommonLine common = new CommonLine();

    @Override
    public void append(ExchangeRecord record, long number, LineBuffer to) {
        common.fields(record, to);
        Encryption how = record.encryption() == null ? NONE : record.encryption();
        to.ascii(" ").quoted(how.version()).ascii(" ").quoted(how.cipher()).ascii(" ").quoted(how.serverName()).end();
    }
}
