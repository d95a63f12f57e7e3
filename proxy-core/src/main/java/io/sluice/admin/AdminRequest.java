package io.sluice.admin;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a page is asked. <em>Immutable.</em>
 *
 * @param method upper case
 * @param names  what stood in the path where the pattern has a name, percent-decoded
 * @param query  as sent, without the question mark; empty if there is none
 * @param body   empty if there is none; borrowed
 */
record AdminRequest(String method, Map<String, String> names, String query, byte[] body) {

    /**
     * The query's parameters, percent-decoded.
     *
     * @param known those the page has
     * @throws Refused 400 for another one, one that comes twice, or one that can't be decoded
     */
    Map<String, String> parameters(String... known) {
        Map<String, String> found = new LinkedHashMap<>();
        for (String pair : query.isEmpty() ? new String[0] : query.split("&", -1)) {
            int equals = pair.indexOf('=');
            String name = PercentText.decoded(equals < 0 ? pair : pair.substring(0, equals));
            if (!List.of(known).contains(name)) {
                throw new Refused(400, "found the parameter " + JsonText.quoted(name) + "; expected "
                        + (known.length == 0 ? "none" : "only " + String.join(", ", known)));
            }
            if (found.put(name, equals < 0 ? "" : PercentText.decoded(pair.substring(equals + 1))) != null) {
                throw new Refused(400, "found the parameter " + name + " twice; expected it once");
            }
        }
        return found;
    }

    /**
     * A whole number among parameters.
     *
     * @throws Refused 400 if it isn't one from {@code min} to {@code max}
     */
    static int whole(Map<String, String> parameters, String name, int min, int max, int otherwise) {
        String text = parameters.get(name);
        if (text == null) {
            return otherwise;
        }
        if (!text.matches("[0-9]{1,9}") || Integer.parseInt(text) < min || Integer.parseInt(text) > max) {
            throw new Refused(400, "%s: found %s; expected a whole number from %d to %d"
                    .formatted(name, JsonText.quoted(text), min, max));
        }
        return Integer.parseInt(text);
    }
}
