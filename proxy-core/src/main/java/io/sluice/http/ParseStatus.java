package io.sluice.http;

/** How far the reading of a head came. <em>Immutable.</em> */
public enum ParseStatus {
    /** All bytes given were taken, and the head needs more. */
    INCOMPLETE,
    /** The head is whole and valid; the buffer stands behind it. */
    COMPLETE,
    /** The bytes are refused; {@link Head#error()} says why. */
    REFUSED
}
