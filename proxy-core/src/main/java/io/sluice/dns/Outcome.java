package io.sluice.dns;

import java.util.Locale;

/** What became of a question. <em>Immutable.</em> */
public enum Outcome {
    /** There is at least one record. */
    OK,
    /** The name is there, but has no such record, or none that can be used. */
    EMPTY,
    /** There is no such name. */
    NXDOMAIN,
    /** Nobody answered in time. */
    TIMEOUT,
    /** The name server could not find out. */
    SERVFAIL,
    /** The name server does not want to tell. */
    REFUSED,
    /** Anything else, such as an answer that can't be read. */
    FAILED;

    /** The word for it in pages, logs and metrics. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether it tells of the name that there is no record, rather than nothing at all. */
    public boolean denies() {
        return this == EMPTY || this == NXDOMAIN;
    }
}
