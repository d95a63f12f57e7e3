package io.sluice.config;

import static io.sluice.config.Key.list;
import static io.sluice.config.Key.names;
import static io.sluice.config.Key.section;
import static io.sluice.config.Key.value;
import static io.sluice.config.ValueType.choice;
import static io.sluice.config.ValueType.flag;
import static io.sluice.config.ValueType.ordered;
import static io.sluice.config.ValueType.size;
import static io.sluice.config.ValueType.time;
import static io.sluice.config.ValueType.whole;

import io.sluice.config.AccessLogConfig.Format;
import io.sluice.config.ListenerConfig.HalfClose;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Every key there is, in the order of the reference file. A new option is an entry here and a component of the record it
 * belongs to. <em>Immutable.</em>
 */
final class KeyTable {
    private static final long KIB = 1L << 10;
    private static final long MIB = 1L << 20;
    private static final long GIB = 1L << 30;
    private static final long TIB = 1L << 40;
    private static final ValueType TIME = time(Duration.ofMillis(1));
    private static final ValueType TIME_OR_NONE = TIME.orWord("none", Duration.ZERO);
    private static final ValueType TIME_FROM_ZERO = time(Duration.ZERO);
    private static final ValueType WEIGHT = whole(0, 1000);

    private KeyTable() {}

    static List<Key> all() {
        List<Key> keys = new ArrayList<>();
        keys.addAll(listeners());
        keys.addAll(routes());
        keys.addAll(match());
        keys.addAll(actions());
        keys.addAll(FileKeys.all());
        keys.addAll(filters());
        keys.addAll(OverloadKeys.routes());
        keys.addAll(HttpsKeys.route());
        Stream.of(timeouts(), limits(), RetryKeys.all(), ZeroCopyKeys.process())
                .flatMap(List::stream)
                .filter(key -> perRoute(key.path()))
                .map(key -> key.under("routes[]"))
                .forEach(keys::add);
        keys.addAll(services());
        keys.addAll(BackendTlsKeys.all());
        keys.addAll(HealthKeys.service());
        keys.addAll(ZeroCopyKeys.service());
        keys.addAll(OverloadKeys.services());
        keys.addAll(timeouts());
        keys.addAll(limits());
        keys.addAll(RetryKeys.all());
        keys.addAll(ZeroCopyKeys.process());
        keys.addAll(AcmeKeys.all());
        keys.addAll(DnsKeys.process());
        keys.addAll(process());
        return keys;
    }

    /** What is decided before a route is known, or for the whole process, can't differ between routes. */
    private static boolean perRoute(String path) {
        return switch (path) {
            case "timeouts.handshake", "timeouts.requestHead", "timeouts.keepAlive", "timeouts.connectionAge",
                    "zeroCopy.pipeSize" -> false;
            case "limits" -> true;
            default -> path.startsWith("limits.") ? path.equals("limits.requestBody") : !path.startsWith("timeouts.drain");
        };
    }

    private static List<Key> listeners() {
        List<Key> keys = new ArrayList<>(List.of(
                list("listeners", "The addresses that clients connect to; at least one.").required(),
                section("listeners[]", "One address that clients connect to."),
                value("listeners[].name", HttpTypes.NAME, "What logs and metrics call it; unique.")
                        .unset("listener-N, counted from 1"),
                value("listeners[].address", Addresses.LISTEN, "Where to listen. Port 0 lets the system choose one.")
                        .required(),
                value(
                                "listeners[].halfClose",
                                choice(ordered("abort", HalfClose.ABORT, "answer", HalfClose.ANSWER)),
                                "What it means when a client closes its sending side while it waits for an answer. abort: it"
                                        + " has left, so the backend's work ends at once. answer: it still gets its answer.")
                        .byDefault("abort"),
                TunnelKeys.listener().getFirst(),
                TunnelKeys.listener().getLast(),
                Http2Keys.listener(),
                ProxyProtocolKeys.listener()));
        keys.addAll(HttpsKeys.listener());
        keys.addAll(List.of(
                section("listeners[].socket", "Options of the listening socket and of the connections it accepts."),
                value("listeners[].socket.backlog", whole(1, 65535), "Connections that may wait to be accepted; the kernel"
                                + " lowers it to net.core.somaxconn.")
                        .byDefault("4096")));
        keys.addAll(socket("listeners[].socket.", "128KiB"));
        keys.add(value(
                        "listeners[].socket.deferAccept",
                        time(Duration.ofSeconds(1)).orWord("off", Duration.ZERO),
                        "TCP_DEFER_ACCEPT: a connection is accepted only once it has sent something, or after this time (in"
                                + " whole seconds).")
                .byDefault("off"));
        keys.add(value(
                        "listeners[].socket.fastOpen",
                        whole(1, 65535).orWord("off", 0L),
                        "TCP_FASTOPEN: how many connections may wait that brought their first bytes along with their SYN.")
                .byDefault("off"));
        keys.addAll(TlsKeys.listener());
        return keys;
    }

    private static List<Key> socket(String at, String notSentLowWatermark) {
        ValueType buffer = size(4 * KIB, GIB).orWord("auto", 0L);
        return List.of(
                value(at + "noDelay", flag(), "TCP_NODELAY: small writes leave at once.").byDefault("true"),
                value(at + "sendBuffer", buffer, "SO_SNDBUF. auto: the kernel grows it as needed; a fixed size switches that"
                                + " off.")
                        .byDefault("auto"),
                value(at + "receiveBuffer", buffer, "SO_RCVBUF. auto: the kernel grows it as needed; a fixed size switches"
                                + " that off.")
                        .byDefault("auto"),
                value(
                                at + "notSentLowWatermark",
                                size(4 * KIB, GIB).orWord("off", 0L),
                                "TCP_NOTSENT_LOWAT: no more is written while so much waits in the kernel, so that a slow"
                                        + " reader doesn't fill its memory. off: the kernel's default. A spliced body"
                                        + " lifts it for the connection it goes to.")
                        .byDefault(notSentLowWatermark),
                value(at + "keepAlive", flag(), "SO_KEEPALIVE: the kernel probes connections that are long silent.")
                        .byDefault("true"),
                value(
                                at + "userTimeout",
                                TIME.orWord("off", Duration.ZERO),
                                "TCP_USER_TIMEOUT: how long sent bytes may stay unacknowledged before the connection is"
                                        + " given up. off: the kernel's default.")
                        .byDefault("off"),
                value(at + "quickAck", flag(), "TCP_QUICKACK: acknowledge at once rather than with the next data.")
                        .byDefault("false"));
    }

    private static List<Key> routes() {
        return List.of(
                list("routes", "Who answers which requests. The most specific route wins: host exact, then *.suffix, then"
                                + " any; path exact, then the longest prefix, then patterns in the order of the file.")
                        .unset("none, where all listeners are for tcp; else it must be there"),
                section("routes[]", "One route: match says which requests, and exactly one of service, services, files,"
                        + " redirect and respond says who answers."),
                value("routes[].name", HttpTypes.NAME, "What logs and metrics call it; unique.")
                        .unset("route-N, counted from 1"));
    }

    private static List<Key> match() {
        return List.of(
                section("routes[].match", "What a request must look like; everything given must hold.").unset("any request"),
                value("routes[].match.host", HttpTypes.HOST, "example.com exactly, *.example.com any name below it, * any."
                                + " Without a port; quote a value that begins with *.")
                        .byDefault("*"),
                value("routes[].match.path", HttpTypes.PATH, "/v1 exactly that path; /v1/ every path that begins so; ~ and a"
                                + " pattern in RE2 syntax every path in which it is found.")
                        .byDefault("/"),
                list("routes[].match.methods", "Only these methods.").unset("any"),
                value("routes[].match.methods[]", HttpTypes.METHOD, "A method."),
                names("routes[].match.headers", HttpTypes.FIELD, "Only requests with these headers.").unset("any"),
                value("routes[].match.headers.*", HttpTypes.FIELD_VALUE, "The exact value, or \"*\" for any value."),
                names("routes[].match.query", HttpTypes.PARAMETER, "Only requests with these query parameters.").unset("any"),
                value("routes[].match.query.*", HttpTypes.PARAMETER_VALUE, "The exact value after percent-decoding, or \"*\""
                        + " for any value."));
    }

    private static List<Key> actions() {
        ValueType redirects = choice(ordered("301", 301, "302", 302, "303", 303, "307", 307, "308", 308));
        return List.of(
                value("routes[].service", HttpTypes.NAME, "The service that answers."),
                list("routes[].services", "The services that answer, each its share of the requests."),
                section("routes[].services[]", "One service of a split."),
                value("routes[].services[].name", HttpTypes.NAME, "The service.").required(),
                value("routes[].services[].weight", WEIGHT, "Its share, relative to the sum of all weights; 0 = none.")
                        .byDefault("1"),
                section("routes[].redirect", "Answers with a redirect."),
                value("routes[].redirect.location", HttpTypes.LOCATION, "Where to, sent as written.").required(),
                value("routes[].redirect.status", redirects, "302 and 307 are temporary, 301 and 308 are remembered by"
                                + " browsers; 307 and 308 keep the method.")
                        .byDefault("302"),
                section("routes[].respond", "Answers with a fixed response."),
                value("routes[].respond.status", whole(200, 599), "The status.").byDefault("200"),
                value("routes[].respond.body", HttpTypes.BODY, "The body, sent as UTF-8.").byDefault(""),
                value("routes[].respond.contentType", HttpTypes.FIELD_VALUE, "The Content-Type.")
                        .byDefault("text/plain; charset=utf-8"));
    }

    private static List<Key> filters() {
        List<Key> keys = new ArrayList<>(List.of(
                list("routes[].filters", "What is done to a request and its response, in this order."),
                section("routes[].filters[]", "One filter: a mapping with one key, its kind."),
                value("routes[].filters[].stripPrefix", HttpTypes.PREFIX, "Removes this from the beginning of the forwarded"
                        + " path; what is left still begins with a slash."),
                value("routes[].filters[].addPrefix", HttpTypes.PREFIX, "Puts this before the forwarded path."),
                section("routes[].filters[].rewritePath", "Replaces part of the forwarded path."),
                value("routes[].filters[].rewritePath.pattern", HttpTypes.PATTERN, "What to replace, wherever it is found, in"
                                + " RE2 syntax.")
                        .required(),
                value(
                                "routes[].filters[].rewritePath.replacement",
                                ValueType.text("text of printable ASCII without spaces, ? or #", "[!-~&&[^?#]]{0,2000}"),
                                "What to put there; $1 is what the pattern's first group found, a backslash makes the next"
                                        + " character plain.")
                        .required()));
        keys.addAll(headers("requestHeaders", "request", HttpTypes.REQUEST_FIELD_SET));
        keys.addAll(headers("responseHeaders", "response", HttpTypes.FIELD_EDITED));
        keys.addAll(CompressKeys.all());
        keys.addAll(GrpcWebKeys.all());
        keys.addAll(List.of(
                list("routes[].filters[].allow", "Only clients from these addresses may pass; others get 403."),
                value("routes[].filters[].allow[]", Addresses.BLOCK, "An address or a block of addresses."),
                list("routes[].filters[].deny", "Clients from these addresses get 403."),
                value("routes[].filters[].deny[]", Addresses.BLOCK, "An address or a block of addresses.")));
        return keys;
    }

    private static List<Key> headers(String kind, String of, ValueType set) {
        String at = "routes[].filters[]." + kind;
        return List.of(
                section(at, "Edits the headers of the " + of + ": removes, then sets, then adds."),
                names(at + ".set", set, "Headers to replace, or to add where missing."),
                value(at + ".set.*", HttpTypes.FIELD_VALUE, "Values are sent as written."),
                names(at + ".add", HttpTypes.FIELD_EDITED, "Headers to add to those that are there."),
                value(at + ".add.*", HttpTypes.FIELD_VALUE, "Values are sent as written."),
                list(at + ".remove", "Headers to remove."),
                value(at + ".remove[]", HttpTypes.FIELD_EDITED, "A header's name."));
    }

    private static List<Key> services() {
        List<Key> keys = new ArrayList<>(List.of(
                names("services", HttpTypes.NAME, "The backends, by a name of your choice.").unset("none"),
                section("services.*", "A set of interchangeable endpoints."),
                list("services.*.endpoints", "Where it is answered, by IP address, host name or SRV records; at least one.")
                        .required(),
                section("services.*.endpoints[]", "One endpoint: just its address, or a mapping with address or srv.")
                        .orValue(Addresses.ENDPOINT),
                value("services.*.endpoints[].address", Addresses.ENDPOINT, "Where it answers. A name stands for all its"
                                + " addresses, each an endpoint of its own, resolved as dns says.")
                        .unset("none; then srv is needed"),
                DnsKeys.service(),
                value("services.*.endpoints[].weight", WEIGHT, "Its share of the requests, relative to the other endpoints; 0"
                                + " = none.")
                        .byDefault("1")));
        keys.addAll(BalancerKeys.all());
        keys.addAll(StickyKeys.all());
        keys.addAll(List.of(
                ProxyProtocolKeys.service()));
        keys.addAll(Http2BackendKeys.service());
        keys.addAll(List.of(
                section("services.*.pool", "Connections to the endpoints, kept for further requests."),
                value("services.*.pool.idlePerEndpoint", whole(0, 100_000), "Idle connections kept to each endpoint, in all"
                                + " event loops together; 0 = none.")
                        .byDefault("64"),
                value("services.*.pool.idleTimeout", TIME, "How long an idle connection is kept. A backend's Keep-Alive:"
                                + " timeout= shortens it, and so does what is learned from connections that died.")
                        .byDefault("30s"),
                value("services.*.pool.learnIdleTimeout", flag(), "Whether it is learned of each endpoint, from connections that"
                                + " died, how long its backend keeps them, to stay below that.")
                        .byDefault("true"),
                value(
                                "services.*.pool.maxPerEndpoint",
                                whole(1, 1_000_000).orWord("unlimited", Long.MAX_VALUE),
                                "Connections open to each endpoint at once.")
                        .byDefault("unlimited"),
                value("services.*.pool.maxAge", TIME_OR_NONE, "A connection older than this is not used again.")
                        .byDefault("none"),
                section("services.*.socket", "Options of the connections to the endpoints.")));
        keys.addAll(socket("services.*.socket.", "off"));
        keys.add(value(
                        "services.*.socket.fastOpen",
                        choice(ordered("true", 1L, "false", 0L)),
                        "TCP_FASTOPEN_CONNECT: the first bytes travel with the SYN.")
                .byDefault("false"));
        return keys;
    }

    private static List<Key> timeouts() {
        return List.of(
                section("timeouts", "Deadlines. A route may have its own, except where they pass before a route is known."),
                TlsKeys.timeout(),
                value("timeouts.requestHead", TIME, "From a request's first byte to the end of its headers, however the bytes"
                                + " drip; then 408.")
                        .byDefault("10s"),
                value("timeouts.requestBodyIdle", TIME, "Without a byte of the request's body; then 408. There is no limit on"
                                + " the whole upload.")
                        .byDefault("30s"),
                value("timeouts.responseWriteIdle", TIME, "Without a byte accepted by the client while some wait for it; then its"
                                + " connection is cut, at the latest a quarter later. What the client's kernel acknowledges counts.")
                        .byDefault("30s"),
                value("timeouts.keepAlive", TIME, "A client's connection without a request. Longer than the 60s of common"
                                + " cloud balancers, so that they close first.")
                        .byDefault("75s"),
                OverloadKeys.connectionAge(),
                value("timeouts.connect", TIME, "One attempt to connect to an endpoint; then another endpoint is tried.")
                        .byDefault("3s"),
                value("timeouts.responseHeaders", TIME_OR_NONE, "From the end of the request to the end of the response's"
                                + " headers, in all attempts together; then 504.")
                        .byDefault("60s"),
                value("timeouts.attemptResponseHeaders", TIME_OR_NONE, "The same for one attempt: then it is given up, and an"
                                + " idempotent request is made again at another endpoint, within retry.attempts and"
                                + " retry.budget. Where it may not be, its answer is awaited further.")
                        .byDefault("none"),
                value("timeouts.responseBodyIdle", TIME_OR_NONE, "Without a byte of the response's body. It stands still"
                                + " while a slow client holds the backend back.")
                        .byDefault("60s"),
                value("timeouts.request", TIME_OR_NONE, "A whole exchange, from the request's head to the response's last"
                                + " byte. It cuts long downloads and streams too.")
                        .byDefault("none"),
                TunnelKeys.timeout(),
                section("timeouts.drain", "How a shutdown goes; both together should fit what the supervisor waits."),
                value("timeouts.drain.accepting", TIME_FROM_ZERO, "So long it reports not ready but still accepts"
                                + " connections, until balancers have noticed.")
                        .fills("drainAccepting")
                        .byDefault("5s"),
                value("timeouts.drain.exchanges", TIME_FROM_ZERO, "After that, so long requests in flight may still take.")
                        .fills("drain")
                        .byDefault("20s"));
    }

    private static List<Key> limits() {
        return List.of(
                section("limits", "What one message, or the process, may use. A route may have its own requestBody."),
                value("limits.connections", whole(1, 10_000_000).orWord("auto", 0L), "Client connections open at once. auto:"
                                + " 80 % of the descriptor limit, divided by what a connection may need, and no more than the"
                                + " Java heap holds.")
                        .byDefault("auto"),
                OverloadKeys.connectionsPerAddress(),
                OverloadKeys.requestsPerConnection(),
                TlsKeys.limit(),
                OverloadKeys.memory(),
                value("limits.requestHead", size(KIB, MIB), "The request line and all headers; more gets 431.")
                        .byDefault("32KiB"),
                value("limits.requestLine", size(256, MIB), "The request line; more gets 414.").byDefault("16KiB"),
                value("limits.headers", whole(1, 10_000), "Headers in a message; more gets 431, or 502 from a backend.")
                        .byDefault("128"),
                value("limits.responseHead", size(KIB, MIB), "The status line and all headers of a backend's response; more"
                                + " gets 502.")
                        .byDefault("64KiB"),
                value("limits.requestBody", size(0, 1024 * TIB).orWord("unlimited", Long.MAX_VALUE), "A request's body; more"
                                + " gets 413.")
                        .byDefault("unlimited"));
    }

    private static List<Key> process() {
        List<Key> keys = new ArrayList<>(List.of(
                section("buffers", "How much of a body may wait in memory on its way; bodies never go to disk."),
                value("buffers.read", size(KIB, MIB), "The first read of a head, and the least that a read asks for.")
                        .byDefault("16KiB"),
                value("buffers.highWatermark", size(KIB, GIB), "The most that waits on one side for the other; from a"
                                + " quarter of it on, the other side is not read.")
                        .byDefault("128KiB"),
                value("buffers.lowWatermark", size(0, GIB), "The same for reading on: with no more than a quarter of it"
                                + " unsent; at most highWatermark.")
                        .byDefault("64KiB"),
                section("accessLog", "One line per request; or just accessLog: off.").orValue(choice(ordered("off", "off"))),
                value("accessLog.path", ValueType.text("stdout, stderr, off or a file's path", "[^\\p{Cntrl}]{1,4096}"),
                                "stdout, stderr, off, or a file.")
                        .byDefault("stdout"),
                value("accessLog.format", choice(ordered(
                                "json", Format.JSON, "common", Format.COMMON, "commonTls", Format.COMMON_TLS)), "json: an object"
                                + " a line. common: the Common Log Format. commonTls: the same, and of the client's TLS the"
                                + " version, the cipher suite and the name asked for (SNI), or hyphens.")
                        .byDefault("json"),
                value("accessLog.queue", whole(1, 1_000_000), "Lines that may wait to be written; further ones are dropped"
                                + " and counted, never waited for.")
                        .byDefault("8192")));
        keys.addAll(TracingKeys.all());
        keys.addAll(AdminKeys.all());
        keys.addAll(List.of(
                list("trustedProxies", "Peers whose X-Forwarded-For, Forwarded and the like are believed; from all others"
                                + " these headers are dropped.")
                        .unset("none"),
                value("trustedProxies[]", Addresses.BLOCK, "An address or a block of addresses."),
                value(
                                "eventLoops",
                                whole(1, 1024).orWord("auto", 0L),
                                "Threads that move bytes. auto: one for each processor available.")
                        .byDefault("auto")));
        return keys;
    }
}
