package io.sluice.admin;

import java.util.HashMap;
import java.util.Map;

/**
 * A line of the table of pages. <em>Immutable.</em>
 *
 * @param method       {@code GET}, which stands for HEAD, too, or {@code POST}
 * @param pattern      a path; a segment in braces stands for any text without a slash: {@code /services/{service}}
 * @param access       who may ask
 * @param bodyBytesMax how long a request's body may be
 * @param page         what answers
 */
record AdminRoute(String method, String pattern, Access access, int bodyBytesMax, AdminPage page) {
    /** Who may ask for a page. */
    enum Access {
        /** Anybody who reaches the address: it tells nothing, and probes have no token. */
        OPEN,
        /** Who has the token, if there is one. */
        GUARDED
    }

    static AdminRoute open(String pattern, AdminPage page) {
        return new AdminRoute("GET", pattern, Access.OPEN, 0, page);
    }

    static AdminRoute get(String pattern, AdminPage page) {
        return new AdminRoute("GET", pattern, Access.GUARDED, 0, page);
    }

    static AdminRoute post(String pattern, int bodyBytesMax, AdminPage page) {
        return new AdminRoute("POST", pattern, Access.GUARDED, bodyBytesMax, page);
    }

    /** Whether a request's method is meant. */
    boolean takes(String asked) {
        return asked.equals(method) || asked.equals("HEAD") && method.equals("GET");
    }

    /**
     * What a path has where the pattern has names; null if it isn't meant.
     *
     * @throws Refused 400 if a segment can't be decoded
     */
    Map<String, String> match(String path) {
        String[] want = pattern.split("/", -1);
        String[] have = path.split("/", -1);
        if (want.length != have.length) {
            return null;
        }
        Map<String, String> names = new HashMap<>();
        for (int i = 0; i < want.length; i++) {
            boolean named = want[i].startsWith("{");
            if (named ? have[i].isEmpty() : !want[i].equals(have[i])) {
                return null;
            }
            if (named) {
                names.put(want[i].substring(1, want[i].length() - 1), PercentText.decoded(have[i]));
            }
        }
        return names;
    }
}
