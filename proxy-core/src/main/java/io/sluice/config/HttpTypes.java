package io.sluice.config;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.sluice.config.MatchConfig.PathMatch;
import java.net.IDN;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** The kinds of value that HTTP gives their grammar. <em>Immutable.</em> */
final class HttpTypes {
    /**
     * Hop-by-hop fields (RFC 9110 §7.6.1) and those that frame a message (RFC 9112 §6): an edited one would make the two
     * sides read different messages.
     */
    private static final Set<String> OURS = Set.of(
            "connection", "content-length", "expect", "http2-settings", "keep-alive", "proxy-connection", "te", "trailer",
            "transfer-encoding", "upgrade");

    private static final java.util.regex.Pattern TOKEN = java.util.regex.Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}");
    private static final java.util.regex.Pattern REGULAR_NAME =
            java.util.regex.Pattern.compile("(?i)[a-z0-9_]([a-z0-9_-]{0,62})(\\.[a-z0-9_]([a-z0-9_-]{0,62}))*");
    private static final java.util.regex.Pattern UNRESERVED_ENCODED =
            java.util.regex.Pattern.compile("(?i)%(2d|2e|3[0-9]|4[1-9a-f]|5[0-9a]|5f|6[1-9a-f]|7[0-9a]|7e)");

    /** The name of a listener, route or service. */
    static final ValueType NAME = ValueType.text(
            "a name of letters, digits, - and _, at most 64, beginning with a letter or digit",
            "[A-Za-z0-9][A-Za-z0-9_-]{0,63}");

    /** A method, upper case. */
    static final ValueType METHOD = ValueType.of("a method in upper case such as GET", HttpTypes::method);

    /** Which hosts. */
    static final ValueType HOST = ValueType.of(
            "a host such as example.com, *.example.com or * (any), without a port", HttpTypes::host);

    /** Which paths. */
    static final ValueType PATH = ValueType.of(
            "a path: /v1 (exactly), /v1/ (everything below) or ~^/v[12]/ (a pattern)", HttpTypes::pathMatch);

    /** A prefix to strip or add. */
    static final ValueType PREFIX = ValueType.of("a path that begins with / and holds more than that", text -> {
        if (text.equals("/")) {
            throw new Mismatch();
        }
        return literal(text);
    });

    /** A pattern over paths. */
    static final ValueType PATTERN = ValueType.of("a pattern in RE2 syntax", HttpTypes::pattern);

    /** The name of a field to look at. */
    static final ValueType FIELD = ValueType.of("a header name", text -> token(text).toLowerCase(Locale.ROOT));

    /** The name of a cookie; it has a case (RFC 6265 §4.1.1). */
    static final ValueType COOKIE = ValueType.of("a cookie's name", HttpTypes::token);

    /** The name of a request's field to set: Host too, which there is exactly one of. */
    static final ValueType REQUEST_FIELD_SET = ValueType.of("the name of a header that may be changed", edited("host"));

    /** The name of a field to add, to remove, or to set in a response. */
    static final ValueType FIELD_EDITED = ValueType.of("the name of a header that may be changed", edited(""));

    /** A field's value. Visible ASCII, so that nobody has to guess an encoding or can end the line. */
    static final ValueType FIELD_VALUE = ValueType.text(
            "a header value of printable ASCII without spaces at its ends, at most 4096 characters",
            "([!-~]([ -~\\t]{0,4094}[!-~])?)?");

    /** Where a redirect leads. */
    static final ValueType LOCATION = ValueType.text(
            "a URL that begins with /, http:// or https://, of printable ASCII without spaces or \\",
            "(?!//)(/|https?://[A-Za-z0-9\\[])[!-\\[\\]-~]{0,2000}");

    /** A body of our own. */
    static final ValueType BODY = ValueType.text("text of at most 16384 characters", ".{0,16384}");

    /** The name of a query parameter. */
    static final ValueType PARAMETER = ValueType.text("the name of a query parameter", "[^\\p{Cntrl}]{1,256}");

    /** The value of a query parameter. */
    static final ValueType PARAMETER_VALUE = ValueType.text("the value of a query parameter", "[^\\p{Cntrl}]{0,2048}");

    private HttpTypes() {}

    private static Object method(String text) {
        if (text.equals("CONNECT") || text.equals("TRACE")) {
            throw new Mismatch(text + " is always refused");
        }
        if (!token(text).equals(text.toUpperCase(Locale.ROOT))) {
            throw new Mismatch("methods are case-sensitive; " + Words.didYouMean(text.toUpperCase(Locale.ROOT)));
        }
        return text;
    }

    private static String token(String text) {
        if (!TOKEN.matcher(text).matches()) {
            throw new Mismatch();
        }
        return text;
    }

    /** Keeps the case it was written in: HTTP/1.1 backends see the name so. */
    private static Function<String, Object> edited(String allowed) {
        return text -> {
            String name = token(text).toLowerCase(Locale.ROOT);
            if (OURS.contains(name)) {
                throw new Mismatch(text + " belongs to one connection or frames the message, so the proxy writes it itself");
            }
            if (name.equals("host") && !name.equals(allowed)) {
                throw new Mismatch("a request has exactly one Host: it can only be set, by requestHeaders.set");
            }
            return text;
        };
    }

    private static Object host(String text) {
        if (text.equals("*")) {
            return text;
        }
        String name = text.startsWith("*.") ? text.substring(2) : text;
        boolean literal = Addresses.literal(name).isPresent();
        if (literal && name.indexOf(':') >= 0) {
            throw new Mismatch(Words.didYouMean("[" + name + "]"));
        }
        if (literal || bracketed(name)) {
            if (!name.equals(text)) {
                throw new Mismatch("an address has no names below it");
            }
            return name.toLowerCase(Locale.ROOT);
        }
        if (name.codePoints().anyMatch(c -> c > 127)) {
            throw new Mismatch(punycode(text, name));
        }
        if (name.matches("[^:]+:[0-9]+")) {
            throw new Mismatch(Words.didYouMean(text.substring(0, text.lastIndexOf(':'))));
        }
        if (name.length() > 253 || !REGULAR_NAME.matcher(name).matches()) {
            throw new Mismatch();
        }
        return text.toLowerCase(Locale.ROOT);
    }

    private static boolean bracketed(String name) {
        return name.startsWith("[")
                && name.endsWith("]")
                && Addresses.literal(name.substring(1, name.length() - 1)).isPresent();
    }

    private static String punycode(String text, String name) {
        try {
            return Words.didYouMean(text.substring(0, text.length() - name.length()) + IDN.toASCII(name));
        } catch (IllegalArgumentException _) {
            return "write it in punycode, xn--…";
        }
    }

    private static Object pathMatch(String text) {
        if (text.startsWith("~")) {
            return new PathMatch.Regex(pattern(text.substring(1)));
        }
        String path = literal(text);
        return path.endsWith("/") ? new PathMatch.Prefix(path) : new PathMatch.Exact(path);
    }

    private static String pattern(String text) {
        if (text.isEmpty() || text.length() > 2000) {
            throw new Mismatch("it must hold 1 to 2000 characters");
        }
        if (PatternSize.of(text) > PatternSize.MAX) {
            throw new Mismatch("its counted repetitions, written out, are longer than %d characters".formatted(PatternSize.MAX));
        }
        try {
            Pattern.compile(text);
        } catch (PatternSyntaxException e) {
            String rest = Optional.ofNullable(e.getPattern()).orElse("");
            int at = rest.isEmpty() ? text.length() : text.indexOf(rest);
            throw new Mismatch(
                    "%s at character %d%s".formatted(e.getDescription(), at + 1, rest.isEmpty() ? "" : ": " + Words.quoted(rest)));
        }
        return text;
    }

    /** A path in the one form that a route can be found by; other spellings would never match. */
    private static String literal(String text) {
        if (!text.startsWith("/")) {
            throw new Mismatch(text.isEmpty() || text.contains("://") ? "" : Words.didYouMean("/" + text));
        }
        if (text.contains("//")) {
            throw new Mismatch("paths are matched with repeated slashes merged; write one");
        }
        if (text.matches("(?s).*/\\.{1,2}(/.*)?")) {
            throw new Mismatch("paths are matched with . and .. removed; write the path that is left");
        }
        if (UNRESERVED_ENCODED.matcher(text).find()) {
            throw new Mismatch("letters, digits, - . _ ~ are matched decoded; write them plainly");
        }
        if (text.toLowerCase(Locale.ROOT).matches("(?s).*(%2f|%5c|\\\\).*")) {
            throw new Mismatch("encoded slashes and backslashes are matched as slashes; write /");
        }
        if (text.contains("?")) {
            throw new Mismatch("the query isn't part of the path; match it with match.query");
        }
        if (text.length() > 2000 || !text.matches("(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]++|%[0-9A-Fa-f]{2})++")) {
            throw new Mismatch("percent-encode other characters than letters, digits and ._~!$&'()*+,;=:@/-");
        }
        return text;
    }
}
