package io.sluice.admin;

import io.sluice.config.AdminConfig;
import io.sluice.config.Secret;
import java.util.Locale;

/**
 * Decides who may use a guarded page: who has the token, and no web page of somebody else's that an operator's browser
 * happens to show. <em>Immutable.</em>
 *
 * <p>Such a page can send requests to this address, with three means that are refused here. Its own name may be made to
 * resolve to this machine (DNS rebinding): then the Host field has that name. It may include an address of ours as a
 * picture, or send a form: then Sec-Fetch-Site or Origin names somebody else, or, in browsers that send neither, the content
 * is one of the three kinds that a form can send.
 *
 * @param token null = none is asked for
 * @param host  the name that the configuration gives this address, which a client may use
 */
record Gatekeeper(Secret token, String host) {
    private static final String BEARER = "bearer ";

    static Gatekeeper of(AdminConfig config) {
        return new Gatekeeper(config.token(), config.address().host());
    }

    /**
     * Lets a request pass.
     *
     * @throws Refused 401, 403 or 415
     */
    void check(AdminRoute route, AdminHead head) {
        if (route.access() == AdminRoute.Access.OPEN) {
            return;
        }
        if (token != null) {
            checkToken(head.field("authorization"));
        } else {
            checkHost(head.field("host"));
            checkLocal(head);
        }
        String site = head.field("sec-fetch-site");
        if (site != null && !site.equals("same-origin") && !site.equals("none")) {
            throw new Refused(403, "found a request that another site's page made; expected one of this address' own");
        }
        if (route.method().equals("POST")) {
            checkOrigin(head.field("origin"), head.field("host"));
            checkIntent(head);
        }
    }

    private void checkToken(String authorization) {
        if (authorization == null || !authorization.toLowerCase(Locale.ROOT).startsWith(BEARER)
                || !token.matches(authorization.substring(BEARER.length()).strip())) {
            String found = authorization == null ? "no Authorization" : "an Authorization that is not right";
            throw new Refused(401, "found " + found + "; expected Authorization: Bearer and the value of admin.token",
                    "WWW-Authenticate: Bearer realm=\"sluice\"");
        }
    }

    /** A name that is made to resolve to us is a name: addresses, and the names that nobody else can have, pass. */
    private void checkHost(String field) {
        if (field == null) {
            // No browser leaves it out.
            return;
        }
        String name = field.replaceFirst(":[0-9]*$", "").toLowerCase(Locale.ROOT);
        boolean address = name.matches("[0-9]{1,3}(\\.[0-9]{1,3}){3}") || name.matches("\\[[0-9a-f:.]+]");
        if (!address && !name.equals("localhost") && !name.endsWith(".localhost")
                && !name.equals(host.toLowerCase(Locale.ROOT))) {
            throw new Refused(403, "found the Host " + JsonText.quoted(name) + "; expected an IP address, localhost, or the name"
                    + " in admin.address (with admin.token any will do)");
        }
    }

    /** Without a token we trust whoever is on this machine; whom a proxy speaks for need not be, our own among them. */
    private static void checkLocal(AdminHead head) {
        if (head.field("via") != null || head.field("forwarded") != null || head.field("x-forwarded-for") != null) {
            throw new Refused(403, "found a request that a proxy passed on; expected one from this machine (with admin.token a"
                    + " proxy may stand between)");
        }
    }

    private static void checkOrigin(String origin, String host) {
        if (origin != null && (host == null || !origin.equalsIgnoreCase("http://" + host)
                && !origin.equalsIgnoreCase("https://" + host))) {
            throw new Refused(403, "found the Origin " + JsonText.quoted(origin) + "; expected this address' own, or none");
        }
    }

    /** Something that a form can't send without asking us first. */
    private void checkIntent(AdminHead head) {
        String type = head.field("content-type");
        boolean json = type != null && type.toLowerCase(Locale.ROOT).replaceFirst(";.*", "").strip().equals("application/json");
        if (token == null && !json && head.field("x-sluice") == null) {
            throw new Refused(415, "found neither the header X-Sluice nor Content-Type: application/json; expected one of them,"
                    + " which no other site's form can send (curl -X POST -H 'X-Sluice: 1' ...)");
        }
    }
}
