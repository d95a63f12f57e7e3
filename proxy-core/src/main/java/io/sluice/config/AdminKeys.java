package io.sluice.config;

import static io.sluice.config.Key.section;
import static io.sluice.config.Key.value;
import static io.sluice.config.ValueType.choice;
import static io.sluice.config.ValueType.ordered;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The keys about the admin address. <em>Immutable.</em> */
final class AdminKeys {
    private static final Pattern TOKEN = Pattern.compile("[!-~]{16,256}");

    private AdminKeys() {}

    static List<Key> all() {
        return List.of(
                section("admin", "Dashboard, metrics, probes and commands; or just admin: off.")
                        .orValue(choice(ordered("off", "off"))),
                value("admin.address", Addresses.LISTEN, "Where to serve them. Without a token only at a loopback address:"
                                + " whoever reaches it sees and commands the proxy.")
                        .byDefault("127.0.0.1:9901"),
                value("admin.token", ValueType.of("16 to 256 printable ASCII characters without spaces", AdminKeys::token),
                                "What clients send behind Authorization: Bearer. Better from the environment:"
                                        + " ${SLUICE_ADMIN_TOKEN}. The probes /livez and /readyz need none.")
                        .unset("none, which a loopback address may do without"));
    }

    private static Object token(String text) {
        if (!TOKEN.matcher(text).matches()) {
            throw new Mismatch();
        }
        return new Secret(text);
    }

    /** The index of an endpoint that is the admin address, as far as addresses alone tell. */
    static Optional<Integer> exposing(AdminConfig admin, ServiceConfig service) {
        for (int i = 0; i < service.endpoints().size(); i++) {
            HostPort endpoint = service.endpoints().get(i).address();
            if (endpoint != null && admin.servedAt(endpoint)) {
                return Optional.of(i);
            }
        }
        return Optional.empty();
    }

    /** Whether a key's values are never shown. */
    static boolean secret(Key key) {
        return key.path().equals("admin.token") || AcmeKeys.secret(key) || StickyKeys.secret(key);
    }
}
