package io.sluice.filter;

import io.sluice.config.FilterConfig;
import io.sluice.http.Head;
import io.sluice.http.HeaderLine;
import io.sluice.http.HeaderName;
import io.sluice.http.HeaderNames;
import io.sluice.http.ProxyError;
import io.sluice.http.RequestHead;
import io.sluice.http.ResponseHead;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Removes, sets and adds fields, in this order. Setting replaces every field of the name; adding leaves them. Names are
 * compared without case. <em>Immutable.</em>
 *
 * <p>Fields that carry the framing or concern one connection only are made by the proxy itself (RFC 9110 §7.6.1, RFC 9112
 * §6) and can be removed here, but not written.
 */
public final class HeaderEdits implements RequestFilter, ResponseFilter {
    private final List<Name> drops;
    private final List<HeaderLine> lines;

    private HeaderEdits(Map<String, String> set, Map<String, String> add, List<String> remove) {
        List<Name> names = new ArrayList<>();
        List<HeaderLine> made = new ArrayList<>();
        remove.forEach(name -> names.add(Name.of(name)));
        set.forEach((name, value) -> {
            names.add(Name.of(name));
            made.add(line(name, value));
        });
        add.forEach((name, value) -> made.add(line(name, value)));
        this.drops = List.copyOf(names);
        this.lines = List.copyOf(made);
    }

    /**
     * Edits of a request.
     *
     * @throws IllegalArgumentException if a name is no token, a value could not stand in a head, a field is written that
     *     the proxy makes itself, or the request would be left with no Host or two (RFC 9112 §3.2)
     */
    public static HeaderEdits of(FilterConfig.RequestHeaders config) {
        if (names(config.add(), HeaderName.HOST) || config.remove().stream().anyMatch(n -> is(n, HeaderName.HOST))) {
            throw new IllegalArgumentException("requestHeaders: found Host in add or remove; expected it in set only");
        }
        return new HeaderEdits(config.set(), config.add(), config.remove());
    }

    /**
     * Edits of a response.
     *
     * @throws IllegalArgumentException if a name is no token, a value could not stand in a head, or a field is written
     *     that the proxy makes itself
     */
    public static HeaderEdits of(FilterConfig.ResponseHeaders config) {
        return new HeaderEdits(config.set(), config.add(), config.remove());
    }

    private static boolean names(Map<String, String> fields, HeaderName name) {
        return fields.keySet().stream().anyMatch(field -> is(field, name));
    }

    private static boolean is(String field, HeaderName name) {
        return HeaderNames.known(field) == name;
    }

    private static HeaderLine line(String name, String value) {
        HeaderName known = HeaderNames.known(name);
        if (known.hopByHop() || known == HeaderName.CONTENT_LENGTH || known == HeaderName.TRAILER) {
            throw new IllegalArgumentException(
                    "headers: found " + name + " in set or add; expected no field of framing or of the connection");
        }
        return HeaderLine.of(name, value);
    }

    @Override
    public ProxyError apply(RequestHead head, InetAddress client) {
        edit(head);
        return null;
    }

    @Override
    public void apply(ResponseHead head) {
        edit(head);
    }

    // By index: an iterator for each list of each request would be garbage for nothing.
    private void edit(Head head) {
        for (int i = 0; i < drops.size(); i++) {
            drops.get(i).dropFrom(head);
        }
        for (int i = 0; i < lines.size(); i++) {
            head.append(lines.get(i));
        }
    }

    /** A name as heads are asked for it. */
    private record Name(HeaderName known, byte[] lowerCase) {
        static Name of(String text) {
            String name = HeaderNames.checkedName(text);
            return new Name(
                    HeaderNames.known(name), name.toLowerCase(Locale.ROOT).getBytes(StandardCharsets.ISO_8859_1));
        }

        void dropFrom(Head head) {
            if (known == HeaderName.OTHER) {
                head.dropAll(lowerCase);
            } else {
                head.dropAll(known);
            }
        }
    }
}
