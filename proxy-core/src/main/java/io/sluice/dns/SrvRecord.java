package io.sluice.dns;

/**
 * Where a service is answered (RFC 2782). <em>Immutable.</em>
 *
 * @param priority 0 to 65535; lower ones first
 * @param weight   0 to 65535, among those of the same priority
 * @param port     1 to 65535
 * @param target   a host name
 */
public record SrvRecord(int priority, int weight, int port, String target) {}
