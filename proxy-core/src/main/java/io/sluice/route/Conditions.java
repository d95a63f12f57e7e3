package io.sluice.route;

import io.sluice.config.MatchConfig;
import io.sluice.http.HeaderName;
import io.sluice.http.HeaderNames;
import io.sluice.http.Method;
import io.sluice.http.RequestHead;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * What a route asks of a request besides host and path; all of it must hold. <em>Immutable.</em> Allocates nothing when
 * asked.
 *
 * <p>A method is the named one only: GET does not stand for HEAD. A field or parameter that comes several times fulfils
 * its condition if one of them does.
 */
final class Conditions {
    private static final String ANY_VALUE = "*";

    private final int methods;
    private final List<byte[]> otherMethods;
    private final List<Field> fields;
    private final List<QueryParameter> parameters;

    private Conditions(
            int methods, List<byte[]> otherMethods, List<Field> fields, List<QueryParameter> parameters) {
        this.methods = methods;
        this.otherMethods = List.copyOf(otherMethods);
        this.fields = List.copyOf(fields);
        this.parameters = List.copyOf(parameters);
    }

    /** Compiles them. */
    static Conditions of(MatchConfig match) {
        int methods = match.methods().isEmpty() ? -1 : 0;
        List<byte[]> otherMethods = new ArrayList<>();
        for (String text : match.methods()) {
            Method method = known(text);
            if (method == Method.OTHER) {
                otherMethods.add(RouteText.bytes(text));
            } else {
                methods |= 1 << method.ordinal();
            }
        }
        List<Field> fields = new ArrayList<>();
        match.headers().forEach((name, value) -> fields.add(new Field(
                HeaderNames.known(name),
                RouteText.bytes(name.toLowerCase(Locale.ROOT)),
                expected(value, StandardCharsets.ISO_8859_1))));
        List<QueryParameter> parameters = new ArrayList<>();
        match.query().forEach((name, value) -> parameters.add(
                new QueryParameter(name.getBytes(StandardCharsets.UTF_8), expected(value, StandardCharsets.UTF_8))));
        return new Conditions(methods, otherMethods, fields, parameters);
    }

    private static Method known(String text) {
        for (Method method : Method.values()) {
            if (method.name().equals(text)) {
                return method;
            }
        }
        return Method.OTHER;
    }

    private static byte[] expected(String value, Charset charset) {
        return value.equals(ANY_VALUE) ? null : value.getBytes(charset);
    }

    /** Whether all hold. */
    boolean hold(RequestHead head) {
        if ((methods & 1 << head.method().ordinal()) == 0 && !otherMethod(head)) {
            return false;
        }
        for (int i = 0; i < fields.size(); i++) {
            if (!fields.get(i).in(head)) {
                return false;
            }
        }
        for (int i = 0; i < parameters.size(); i++) {
            if (!parameters.get(i).in(head)) {
                return false;
            }
        }
        return true;
    }

    private boolean otherMethod(RequestHead head) {
        if (head.method() != Method.OTHER) {
            return false;
        }
        for (int i = 0; i < otherMethods.size(); i++) {
            byte[] method = otherMethods.get(i);
            if (Arrays.equals(head.bytes(), head.methodStart(), head.methodEnd(), method, 0, method.length)) {
                return true;
            }
        }
        return false;
    }

    /**
     * A field that must be there.
     *
     * @param value null = with any value
     */
    private record Field(HeaderName known, byte[] name, byte[] value) {
        boolean in(RequestHead head) {
            for (int i = next(head, 0); i >= 0; i = next(head, i + 1)) {
                if (value == null || Arrays.equals(
                        head.bytes(), head.valueStart(i), head.valueEnd(i), value, 0, value.length)) {
                    return true;
                }
            }
            return false;
        }

        private int next(RequestHead head, int from) {
            return known == HeaderName.OTHER ? head.next(name, from) : head.next(known, from);
        }
    }
}
