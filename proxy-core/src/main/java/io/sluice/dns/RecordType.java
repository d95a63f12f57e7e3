package io.sluice.dns;

/** What a name server can be asked for. <em>Immutable.</em> */
public enum RecordType {
    /** Addresses of IPv4. */
    A,
    /** Addresses of IPv6. */
    AAAA,
    /** Where a service is answered (RFC 2782). */
    SRV
}
