package io.sluice.dns;

import io.sluice.config.DnsConfig;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.List;

/** Which addresses of a name are used. <em>Immutable.</em> */
public enum Families {
    /** Those of IPv4. */
    IPV4(RecordType.A),
    /** Those of IPv6. */
    IPV6(RecordType.AAAA),
    /** All. */
    BOTH(RecordType.A, RecordType.AAAA);

    private final List<RecordType> types;

    Families(RecordType... types) {
        this.types = List.of(types);
    }

    /** As configured; where that leaves it open, as this machine's interfaces say. */
    public static Families of(DnsConfig config) {
        return switch (config.families()) {
            case IPV4 -> IPV4;
            case IPV6 -> IPV6;
            case BOTH -> BOTH;
            case AUTO -> !Boolean.getBoolean("java.net.preferIPv4Stack") && speaksIpv6() ? BOTH : IPV4;
        };
    }

    private static boolean speaksIpv6() {
        try {
            return NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .anyMatch(it -> it instanceof Inet6Address && !it.isLoopbackAddress() && !it.isLinkLocalAddress());
        } catch (SocketException unknown) {
            return false;
        }
    }

    /** What has to be asked for. */
    public List<RecordType> types() {
        return types;
    }

    /**
     * Those of some addresses that this machine told itself (its file of hosts): one it has only in the other family is used
     * all the same.
     */
    List<InetAddress> chosen(List<InetAddress> addresses) {
        List<InetAddress> fit = switch (this) {
            case IPV4 -> addresses.stream().filter(Inet4Address.class::isInstance).toList();
            case IPV6 -> addresses.stream().filter(Inet6Address.class::isInstance).toList();
            case BOTH -> addresses;
        };
        return fit.isEmpty() ? addresses : fit;
    }
}
