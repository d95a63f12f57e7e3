package io.sluice.config;

import java.net.InetAddress;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How addresses are written. Nothing here ever asks a name server. <em>Immutable.</em> */
final class Addresses {
    private static final Pattern V4 =
            Pattern.compile("((25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(\\.(?!$)|$)){4}");
    private static final Pattern V6 = Pattern.compile("[0-9A-Fa-f:.]{2,45}");
    private static final Pattern WITH_PORT = Pattern.compile("(\\[(?<v6>[^\\]]*)\\]|(?<host>[^:\\[\\]/]*)):(?<port>[0-9]{1,5})");
    private static final Pattern DNS_NAME = Pattern.compile(
            "(?!.*(^|\\.)[0-9]+\\.?$)[A-Za-z0-9_]([A-Za-z0-9_-]{0,62})(\\.[A-Za-z0-9_]([A-Za-z0-9_-]{0,62}))*\\.?");

    /** Where a listener binds. */
    static final ValueType LISTEN = ValueType.of(
            "an address such as 0.0.0.0:8080, [::]:8080, or just a port (every IPv4 address)", Addresses::listen);

    /** Where an endpoint answers. */
    static final ValueType ENDPOINT = ValueType.of(
            "an endpoint such as 10.0.0.5:8080, [fd00::5]:8080 or app:8080, with a port from 1 to 65535", Addresses::endpoint);

    /** Where SRV records are. */
    static final ValueType SRV = ValueType.of("the name of SRV records such as _http._tcp.app.example", Addresses::srv);

    /** Where a name server answers. */
    static final ValueType NAME_SERVER = ValueType.of(
            "the address of a name server such as 10.0.0.2 or [fd00::2]:53", Addresses::nameServer);

    /** A host without a port. */
    static final ValueType HOST = ValueType.of("a host name or an IP address, without a port", Addresses::host);

    /** A block of addresses. */
    static final ValueType BLOCK = ValueType.of("an address or a block such as 10.0.0.0/8 or fd00::/8", Addresses::block);

    private Addresses() {}

    /** The address of an IPv4 (four decimal numbers) or IPv6 literal (without brackets or zone); empty for all else. */
    static Optional<InetAddress> literal(String text) {
        boolean v6 = text.indexOf(':') >= 0 && V6.matcher(text).matches();
        if (!v6 && !V4.matcher(text).matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.ofLiteral(text));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    private static Object listen(String text) {
        if (text.matches("[0-9]{1,5}")) {
            return hostPort(":" + text, "0.0.0.0");
        }
        return hostPort(text, "0.0.0.0");
    }

    private static Object endpoint(String text) {
        HostPort address = hostPort(text, "");
        if (address.port() == 0) {
            throw new Mismatch();
        }
        return address;
    }

    private static Object srv(String text) {
        if (text.length() <= 254 && DNS_NAME.matcher(text).matches()) {
            return text;
        }
        throw new Mismatch(text.indexOf(':') >= 0 ? "the records say the port" : "");
    }

    private static Object host(String text) {
        if (literal(text).isPresent() || text.length() <= 254 && DNS_NAME.matcher(text).matches()) {
            return text;
        }
        throw new Mismatch(text.contains("*") ? "one name, not a pattern" : "");
    }

    /** Port 53, if none is written. */
    private static Object nameServer(String text) {
        boolean bare = text.startsWith("[") && text.endsWith("]");
        HostPort server = literal(text).isPresent() || !text.isEmpty() && text.indexOf(':') < 0
                ? new HostPort(text, 53)
                : hostPort(bare ? text + ":53" : text, "");
        if (literal(server.host()).isEmpty()) {
            throw new Mismatch("a name server is told by its IP address");
        }
        if (server.port() == 0) {
            throw new Mismatch("ports begin at 1");
        }
        return server;
    }

    /** {@code any} stands where no host is written; empty = one must be. */
    private static HostPort hostPort(String text, String any) {
        Matcher parts = WITH_PORT.matcher(text);
        if (!parts.matches()) {
            throw new Mismatch(hint(text, any));
        }
        int port = Integer.parseInt(parts.group("port"));
        if (port > 65535) {
            throw new Mismatch("ports end at 65535");
        }
        String v6 = parts.group("v6");
        if (v6 != null) {
            if (v6.indexOf(':') < 0 || literal(v6).isEmpty()) {
                throw new Mismatch(Words.quoted(v6) + " is not an IPv6 address");
            }
            return new HostPort(v6, port);
        }
        String host = parts.group("host");
        if (host.isEmpty() || host.equals("*")) {
            if (any.isEmpty()) {
                throw new Mismatch("the host is missing");
            }
            return new HostPort(any, port);
        }
        if (literal(host).isEmpty() && (host.length() > 254 || !DNS_NAME.matcher(host).matches())) {
            throw new Mismatch(Words.quoted(host) + " is neither an IP address nor a host name");
        }
        return new HostPort(host, port);
    }

    private static String hint(String text, String any) {
        if (text.contains("://")) {
            return "write host and port only";
        }
        if (text.indexOf(':') != text.lastIndexOf(':') && !text.startsWith("[")) {
            int last = text.lastIndexOf(':');
            return literal(text.substring(0, last)).isPresent()
                    ? Words.didYouMean("[" + text.substring(0, last) + "]:" + text.substring(last + 1))
                    : "an IPv6 address stands in brackets before its port";
        }
        if (text.indexOf(':') < 0 && !text.isEmpty() && !any.isEmpty() && literal(text).isPresent()) {
            return "the port is missing; " + Words.didYouMean(text + ":8080");
        }
        boolean host = text.length() <= 254 && DNS_NAME.matcher(text).matches();
        return host || literal(text).isPresent() ? "the port is missing" : "";
    }

    private static Object block(String text) {
        int slash = text.indexOf('/');
        String address = slash < 0 ? text : text.substring(0, slash);
        InetAddress network = literal(address).orElseThrow(() -> new Mismatch("this is no IP address; names are not looked up here"));
        int bits = network.getAddress().length * 8;
        if (slash < 0) {
            return new Cidr(network, bits);
        }
        String length = text.substring(slash + 1);
        if (!length.matches("[0-9]{1,3}") || Integer.parseInt(length) > bits) {
            throw new Mismatch("the number after the slash goes from 0 to %d".formatted(bits));
        }
        Cidr block = Cidr.around(network, Integer.parseInt(length));
        if (!block.network().equals(network)) {
            throw new Mismatch("did you mean \"%s\" or \"%s\"?".formatted(block, address));
        }
        return block;
    }
}
