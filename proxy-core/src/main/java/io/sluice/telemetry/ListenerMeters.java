package io.sluice.telemetry;

import io.sluice.http.ProxyError;
import java.util.List;

/** The meters of one listener's connections. <em>Thread-safe.</em> */
public final class ListenerMeters {
    static final int OPENED = 0;
    static final int CLOSED = 1;
    static final int REJECTED = 2;
    /** Of TLS, by version. */
    static final int HANDSHAKES = REJECTED + ExchangeMeters.ERRORS.size();
    /** As an engine names them. */
    static final List<String> VERSIONS = List.of("TLSv1.3", "TLSv1.2", "TLSv1.1", "TLSv1");

    private final String listener;
    private final Cells cells = Cells.striped(HANDSHAKES + VERSIONS.size());

    ListenerMeters(String listener) {
        this.listener = listener;
    }

    /** Counts a client connection that was accepted. */
    public void opened() {
        cells.add(OPENED, 1);
    }

    /** Counts a client connection that is gone: exactly once for each {@link #opened}. */
    public void closed() {
        cells.add(CLOSED, 1);
    }

    /**
     * Counts what was turned away before a route was looked for: a head that was refused, a connection without a good
     * PROXY protocol header. Such a head is answered and logged, so it has a record and counts in {@code errors_total},
     * too, by its end's word: there every failed exchange is counted, here every refusal of the listener's, and the two are
     * not to be added up.
     */
    public void rejected(ProxyError reason) {
        cells.add(REJECTED + reason.ordinal(), 1);
    }

    /**
     * Counts a TLS handshake that went well.
     *
     * @param version as an engine names it; one that is not known is not counted
     */
    public void secured(String version) {
        int index = VERSIONS.indexOf(version);
        if (index >= 0) {
            cells.add(HANDSHAKES + index, 1);
        }
    }

    String listener() {
        return listener;
    }

    /** Connections opened and not closed. */
    long open() {
        // Closed first, so that a connection opened and closed in between can't make the result negative.
        long closed = cells.sum(CLOSED);
        return cells.sum(OPENED) - closed;
    }

    Cells cells() {
        return cells;
    }
}
