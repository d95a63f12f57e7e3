package io.sluice.config;

import com.google.re2j.Pattern;
import io.sluice.config.ActionConfig.Forward;
import io.sluice.config.ActionConfig.Respond;
import io.sluice.config.ActionConfig.WeightedService;
import io.sluice.config.FilterConfig.RewritePath;
import io.sluice.config.ListenerConfig.Protocol;
import io.sluice.config.ListenerConfig.ProxyProtocol;
import io.sluice.config.ServiceConfig.KeyConfig;
import io.sluice.config.ServiceConfig.Rule;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What several values together must be: names that resolve, sums, things said twice. Judges only what has no problem of its
 * own, so that one slip is one problem. <em>Loop-confined</em> to one call of {@link #run}.
 */
final class CrossChecks {
    private static final List<String> ACTIONS = List.of("service", "services", "files", "redirect", "respond");
    private static final List<String> EDITS = List.of("set", "add", "remove");
    private static final java.util.regex.Pattern GROUP = java.util.regex.Pattern.compile("\\\\(.?)|\\$\\{([^}]*)}|\\$([0-9])|\\$");

    private final SluiceConfig config;
    private final Values values;
    private final List<Problem> problems;
    private final List<Problem> warnings = new ArrayList<>();

    private CrossChecks(SluiceConfig config, Values values, List<Problem> problems) {
        this.config = config;
        this.values = values;
        this.problems = problems;
    }

    /**
     * Runs every check.
     *
     * @param problems receives what can't be used
     * @return what can, but is probably not meant
     */
    static List<Problem> run(SluiceConfig config, Values values, List<Problem> problems) {
        CrossChecks checks = new CrossChecks(config, values, problems);
        checks.listeners();
        checks.routes();
        checks.services();
        checks.sizes();
        AcmeKeys.check(config, values, problems, checks.warnings);
        checks.sameField(new Section(values, "tracing"), "headers");
        return checks.warnings;
    }

    private void listeners() {
        Map<String, String> names = new HashMap<>();
        Map<Object, String> addresses = new HashMap<>();
        for (int i = 0; i < config.listeners().size(); i++) {
            ListenerConfig listener = config.listeners().get(i);
            String at = "listeners[" + i + "]";
            unique(names, listener.name(), at, "name");
            address(addresses, listener.address(), at + ".address");
            protocol(listener, at);
            TlsKeys.check(new Section(values, at), listener.tls(), problems, warnings);
            HttpsKeys.check(new Section(values, at), listener, this::problem, this::warning);
            if (listener.proxyProtocol() == ProxyProtocol.OPTIONAL && !values.has("trustedProxies")) {
                warnings.add(values.placeOf(at + ".proxyProtocol").problem(at + ".proxyProtocol",
                        "found optional without trustedProxies: whoever connects can claim any address"));
            }
        }
        address(addresses, config.admin().address(), "admin.address");
        admin(config.admin());
    }

    /** A name may mean any machine's address; only one of them means this machine everywhere. */
    private void admin(AdminConfig admin) {
        if (admin.address() == null || values.has("admin.token") || !values.sound("admin")) {
            return;
        }
        String host = admin.address().host();
        boolean loopback = host.equals("localhost")
                || Addresses.literal(host).map(InetAddress::isLoopbackAddress).orElse(false);
        if (!loopback) {
            problem("admin.address", "found %s, which other machines may reach, without admin.token; expected a token, or a"
                    .formatted(admin.address()) + " loopback address such as 127.0.0.1:9901");
        }
    }

    /** A listener for raw TCP names its service, and knows nothing of requests; one for HTTP leaves that to routes. */
    private void protocol(ListenerConfig listener, String at) {
        boolean tcp = listener.protocol() == Protocol.TCP;
        String service = at + ".service";
        if (!values.sound(at + ".protocol")) {
            return;
        }
        if (tcp && !values.has(service)) {
            problem(at, "found protocol tcp without a service; expected service, the name of the one that every connection"
                    + " goes to");
        } else if (tcp && values.sound(service) && !config.services().containsKey(listener.service())) {
            unknownService(listener.service(), service);
        } else if (!tcp && values.has(service)) {
            problem(service, "found a service for protocol http; expected none, as routes name the services (or protocol: tcp)");
        }
        if (tcp && values.has(at + ".halfClose")) {
            problem(at + ".halfClose", "found halfClose for protocol tcp; expected none, as each direction of a tunnel ends by"
                    + " itself");
        }
    }

    private void routesWanted() {
        boolean http = config.listeners().isEmpty()
                || config.listeners().stream().anyMatch(it -> it.protocol() != Protocol.TCP);
        if (http && config.routes().isEmpty() && values.sound("routes") && !values.refused("")) {
            problem("routes", "found nothing; expected a list");
        } else if (!http && !config.routes().isEmpty()) {
            warnings.add(values.placeOf("routes").problem("routes", "found routes that no listener uses: all are for tcp"));
        }
    }

    private void address(Map<Object, String> taken, HostPort address, String path) {
        if (address == null || address.port() == 0 || !values.sound(path)) {
            return;
        }
        Object host = Addresses.literal(address.host())
                .map(InetAddress::getHostAddress)
                .orElse(address.host().toLowerCase(Locale.ROOT));
        String first = taken.putIfAbsent(List.of(host, address.port()), path);
        if (first != null) {
            problem(path, "found %s; expected an address of its own (%s has it already)".formatted(address, first));
        }
    }

    private void unique(Map<String, String> taken, String name, String at, String key) {
        String first = taken.putIfAbsent(name, at);
        if (first != null && values.sound(at + "." + key)) {
            problem(at + "." + key, "found \"%s\"; expected a name of its own (%s has it already)".formatted(name, first));
        }
    }

    private void routes() {
        routesWanted();
        Map<String, String> names = new HashMap<>();
        Map<Object, String> matches = new HashMap<>();
        for (int i = 0; i < config.routes().size(); i++) {
            RouteConfig route = config.routes().get(i);
            String at = "routes[" + i + "]";
            unique(names, route.name(), at, "name");
            if (values.sound(at + ".match") && !values.refused(at)) {
                match(matches, route.match(), at);
            }
            action(route, at);
            Section section = new Section(values, at);
            for (Section filter : section.items("filters")) {
                filter(filter);
            }
            HttpsKeys.check(section, route.hsts(), this::problem);
            CompressKeys.check(section, this::problem, this::warning);
            GrpcWebKeys.check(section, route.action(), config.services(), this::problem);
        }
    }

    private void match(Map<Object, String> taken, MatchConfig match, String at) {
        sameField(new Section(values, at + ".match"), "headers");
        Object same = List.of(match.host(), match.path(), Set.copyOf(match.methods()), match.headers(), match.query());
        String first = taken.putIfAbsent(same, at);
        if (first != null) {
            problem(at + ".match", "found the same as in %s; expected a match of its own (this route is never reached)"
                    .formatted(first));
        }
    }

    private void action(RouteConfig route, String at) {
        List<String> actions = ACTIONS.stream().filter(it -> values.has(at + "." + it)).toList();
        if (actions.size() > 1) {
            problem(at, "found %s; expected only one of: %s"
                    .formatted(String.join(" and ", actions), String.join(", ", ACTIONS)));
        } else if (actions.isEmpty() && values.sound(at)) {
            problem(at, "found nothing that answers; expected one of: " + String.join(", ", ACTIONS));
        }
        switch (route.action()) {
            case Forward forward -> forward(forward, at);
            case Respond respond -> respond(respond, at + ".respond");
            case ActionConfig.Files files -> directory(files.root(), at + ".files.root");
            case ActionConfig.Redirect _ -> {}
            case null -> {}
        }
    }

    private void forward(Forward forward, String at) {
        boolean split = values.has(at + ".services");
        Set<String> names = new HashSet<>();
        for (int i = 0; i < forward.services().size(); i++) {
            String name = forward.services().get(i).service();
            String path = split ? at + ".services[" + i + "].name" : at + ".service";
            if (name == null) {
                continue;
            }
            if (!config.services().containsKey(name)) {
                unknownService(name, path);
            } else if (!names.add(name)) {
                problem(path, "found \"%s\" a second time; expected each service once".formatted(name));
            }
        }
        boolean nothing = forward.services().stream().mapToInt(WeightedService::weight).sum() == 0;
        if (split && nothing && !forward.services().isEmpty() && values.sound(at + ".services")) {
            problem(at + ".services", "found only weights of 0; expected at least one above 0");
        }
    }

    private void directory(Path root, String path) {
        if (root == null) {
            return;
        }
        if (!Files.isDirectory(root)) {
            problem(path, "found %s, which is %s; expected a directory that exists".formatted(
                    Words.quoted(root.toString()), Files.exists(root) ? "no directory" : "not there"));
        } else if (!Files.isExecutable(root)) {
            problem(path, "found %s, which this user may not enter; expected a directory that can be read"
                    .formatted(Words.quoted(root.toString())));
        }
    }

    private void unknownService(String name, String path) {
        Set<String> known = config.services().keySet();
        if (known.isEmpty()) {
            problem(path, "found \"%s\"; expected a service that is defined under services".formatted(name));
            return;
        }
        String hint = Words.closest(name, known).map(it -> " (did you mean \"" + it + "\"?)").orElse("");
        problem(path, "found \"%s\"; expected one of: %s%s".formatted(name, String.join(", ", known), hint));
    }

    private void respond(Respond respond, String at) {
        boolean bodiless = respond.status() == 204 || respond.status() == 205 || respond.status() == 304;
        if (bodiless && respond.body() != null && !respond.body().isEmpty()) {
            problem(at + ".body", "found a body; expected none, as a response with status %d has none"
                    .formatted(respond.status()));
        }
    }

    private void filter(Section filter) {
        List<String> kinds = KeyReference.under("routes[].filters[]").stream().map(Key::name).toList();
        List<String> found = kinds.stream().filter(filter::has).toList();
        if (found.size() != 1 && values.sound(filter.path())) {
            problem(filter.path(), "found %s; expected exactly one of: %s".formatted(
                    found.isEmpty() ? "no filter" : String.join(" and ", found), String.join(", ", kinds)));
        }
        for (String kind : List.of("requestHeaders", "responseHeaders")) {
            Section edit = filter.section(kind);
            if (filter.has(kind) && EDITS.stream().noneMatch(edit::has) && values.sound(edit.path())) {
                problem(edit.path(), "found nothing to do; expected at least one of: " + String.join(", ", EDITS));
            }
            sameField(edit, "set");
            sameField(edit, "add");
        }
        if (filter.has("rewritePath") && values.sound(filter.at("rewritePath"))) {
            Section rewrite = filter.section("rewritePath");
            rewrite(new RewritePath(rewrite.get("pattern", String.class), rewrite.get("replacement", String.class)), rewrite);
        }
    }

    /** What a replacement may hold: $1, ${name}, and a backslash before a character that stands for itself. */
    private void rewrite(RewritePath rewrite, Section at) {
        Pattern pattern = Pattern.compile(rewrite.pattern());
        int groups = pattern.groupCount();
        GROUP.matcher(rewrite.replacement()).results().forEach(it -> {
            boolean known = it.group(2) != null && pattern.namedGroups().containsKey(it.group(2))
                    || it.group(3) != null && Integer.parseInt(it.group(3)) <= groups;
            if (it.group().equals("\\")) {
                problem(at.at("replacement"), "found a \\ at the end; expected something after it (or \\\\ for a backslash)");
            } else if (it.group().equals("$")) {
                problem(at.at("replacement"), "found a $ that names no group; expected $0 to $%d (or \\$ for a dollar sign)"
                        .formatted(groups));
            } else if (!it.group().startsWith("\\") && !known) {
                problem(at.at("replacement"), "found %s; expected a group of the pattern, $0 to $%d or the name of one in ${}"
                        .formatted(it.group(), groups));
            }
        });
    }

    /** Names of fields differ not by case alone (RFC 9110 §5.1). */
    private void sameField(Section at, String map) {
        Map<String, String> seen = new HashMap<>();
        for (String path : values.children(at.at(map))) {
            String name = path.substring(at.at(map).length() + 1);
            String first = seen.putIfAbsent(name.toLowerCase(Locale.ROOT), name);
            if (first != null) {
                problem(path, "found the same header as %s; expected each once".formatted(Words.quoted(first)));
            }
        }
    }

    private void services() {
        Set<String> used = new HashSet<>();
        config.listeners().forEach(it -> used.add(it.service()));
        for (RouteConfig route : config.routes()) {
            if (route.action() instanceof Forward forward) {
                forward.services().forEach(it -> used.add(it.service()));
            }
        }
        config.services().forEach((name, service) -> {
            String at = "services." + name;
            if (!used.contains(name)) {
                warnings.add(values.placeOf(at).problem(at, "found a service that no route uses"));
            }
            HealthKeys.check(new Section(values, at), service, problems);
            BackendTlsKeys.check(new Section(values, at), problems, warnings);
            loadBalancer(service, at + ".loadBalancer");
            StickyKeys.check(new Section(values, at), service.sticky(), raw(service), problems);
            DnsKeys.check(new Section(values, at), problems);
            Http2BackendKeys.check(new Section(values, at), service, raw(service), problems, warnings);
            if (!values.sound(at + ".endpoints")) {
                return;
            }
            Set<String> seen = new HashSet<>();
            AdminKeys.exposing(config.admin(), service).ifPresent(i -> problem(at + ".endpoints[" + i + "]",
                    "found the admin address; expected a backend, as nobody may command the proxy through itself"));
            for (int i = 0; i < service.endpoints().size(); i++) {
                if (DnsKeys.twice(seen, service.endpoints().get(i))) {
                    problem(at + ".endpoints[" + i + "]", "found %s a second time; expected each endpoint once (weight gives it"
                            .formatted(service.endpoints().get(i).written()) + " a larger share)");
                }
            }
            boolean nothing = service.endpoints().stream().allMatch(it -> it.srv() == null && it.weight() == 0);
            if (nothing && !service.endpoints().isEmpty()) {
                problem(at + ".endpoints", "found only weights of 0; expected at least one above 0");
            }
        });
    }

    /** A key belongs to hash, is one thing, and something that all who use the service have. */
    private void loadBalancer(ServiceConfig service, String at) {
        if (!values.sound(at)) {
            return;
        }
        boolean hash = service.policy().rule() == Rule.HASH;
        for (String option : List.of("key", "loadPercent")) {
            if (!hash && values.has(at + "." + option)) {
                problem(at + "." + option, "found " + option + " for another policy than hash; expected policy: hash, or none");
            }
        }
        String key = at + ".key";
        boolean header = values.has(key + ".header");
        if (values.has(key) && values.value(key) == null && header == values.has(key + ".cookie")) {
            problem(key, "found " + (header ? "header and cookie" : "nothing") + "; expected either header or cookie");
        }
        if (hash && raw(service) && !(service.policy().key() instanceof KeyConfig.ClientAddress)) {
            problem(key, "found a key of requests for a service that a listener for tcp passes connections to; expected"
                    + " clientAddress");
        }
    }

    /** Whether connections without requests go to it. */
    private boolean raw(ServiceConfig service) {
        return config.listeners().stream()
                .anyMatch(it -> it.protocol() == Protocol.TCP && service.name().equals(it.service()));
    }

    private void sizes() {
        BufferConfig buffers = config.buffers();
        if (buffers.lowWatermark() > buffers.highWatermark()) {
            problem(
                    Stream.of("buffers.lowWatermark", "buffers.highWatermark").filter(values::has).findFirst().orElseThrow(),
                    "found lowWatermark %d and highWatermark %d bytes; expected lowWatermark to be at most highWatermark"
                            .formatted(buffers.lowWatermark(), buffers.highWatermark()));
        }
        LimitConfig limits = config.limits();
        if (values.has("limits.requestLine") && limits.requestLine() > limits.requestHead()) {
            problem(
                    "limits.requestLine",
                    "found %d bytes; expected at most limits.requestHead, %d bytes, of which it is a part"
                            .formatted(limits.requestLine(), limits.requestHead()));
        }
    }

    private void problem(String path, String what) {
        problems.add(values.placeOf(path).problem(path, what));
    }

    private void warning(String path, String what) {
        warnings.add(values.placeOf(path).problem(path, what));
    }
}
