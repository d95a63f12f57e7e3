package io.sluice.exchange;

import io.sluice.config.ListenerConfig.HalfClose;
import io.sluice.telemetry.ListenerMeters;

/**
 * What an exchange needs to know of the listener its client came through. <em>Thread-safe.</em> <em>Ends</em> by {@link
 * #retire}: its connections live on for a last response each, with the last configuration that knew it.
 */
public final class ListenerFacts {
    private final int index;
    private final String name;
    private final HalfClose halfClose;
    private final ListenerMeters meters;
    /** Null while a configuration in force knows it. */
    private volatile Snapshot last;

    /**
     * Creates them.
     *
     * @param index     its number, from 0; no other listener in force has it
     * @param name      its name
     * @param halfClose what a client's FIN means while its request is being answered
     * @param meters    the meters of its connections
     */
    public ListenerFacts(int index, String name, HalfClose halfClose, ListenerMeters meters) {
        this.index = index;
        this.name = name;
        this.halfClose = halfClose;
        this.meters = meters;
    }

    /** Its number, from 0; no other listener in force has it. */
    public int index() {
        return index;
    }

    /** Its name. */
    public String name() {
        return name;
    }

    /** What a client's FIN means while its request is being answered. */
    public HalfClose halfClose() {
        return halfClose;
    }

    /** The meters of its connections. */
    public ListenerMeters meters() {
        return meters;
    }

    /** Ends them: to be called before a configuration without this listener is put in force. */
    public void retire(Snapshot lastKnowing) {
        last = lastKnowing;
    }

    /** Whether its connections are to end. */
    boolean retired() {
        return last != null;
    }

    /**
     * What an exchange of this listener's begins on.
     *
     * @param inForce read before this is called: a listener that it doesn't know is seen as retired then
     */
    Snapshot known(Snapshot inForce) {
        Snapshot retiredWith = last;
        return retiredWith == null ? inForce : retiredWith;
    }
}
