package io.sluice.config;

/**
 * A host and a port as written: {@code 10.0.0.5:8080}, {@code [::1]:8080}, {@code app:8080}. <em>Immutable.</em>
 *
 * @param host an IPv4 or IPv6 literal (without brackets) or a DNS name; never empty
 * @param port 0 to 65535; 0 only where a listener lets the system choose
 */
public record HostPort(String host, int port) {

    /** The form it is written in, with brackets around an IPv6 literal. */
    @Override
    public String toString() {
        return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
    }
}
