package io.sluice.telemetry;

/** The meters of one service's connections. <em>Thread-safe.</em> */
public final class PoolMeters {
    static final int CREATED = 0;
    static final int REUSED = 1;
    static final int STALE = 2;
    static final int ACTIVE = 3;
    static final int IDLE = 4;

    private final String service;
    private final Cells cells = Cells.striped(IDLE + 1);

    PoolMeters(String service) {
        this.service = service;
    }

    /** Counts a connection that was opened for a request. */
    public void created() {
        cells.add(CREATED, 1);
    }

    /** Counts a request that got an idle connection. */
    public void reused() {
        cells.add(REUSED, 1);
    }

    /** Counts a reused connection that was dead. */
    public void stale() {
        cells.add(STALE, 1);
    }

    /** A change of the number of connections that carry a request. */
    public void active(int change) {
        cells.add(ACTIVE, change);
    }

    /** A change of the number of idle connections. */
    public void idle(int change) {
        cells.add(IDLE, change);
    }

    String service() {
        return service;
    }

    /** Whether there is no connection. */
    boolean quiet() {
        return cells.sum(ACTIVE) == 0 && cells.sum(IDLE) == 0;
    }

    Cells cells() {
        return cells;
    }
}
