package io.sluice.http;

import java.nio.charset.StandardCharsets;

/**
 * Makes a request's head, or trailers, of fields that come one by one, as HTTP/2 sends them. The head satisfies the same
 * rules as one that was read from HTTP/1.1, and whatever reads heads needn't know the difference. <em>Loop-confined.</em>
 * Reused: {@link #begin} and {@link #beginTrailers} forget what was before.
 *
 * <p>What RFC 9113 §8 calls malformed is {@link ProxyError#HTTP2_MALFORMED}: names that are no lower-case tokens, white
 * space or control characters around or in values, fields of a connection, pseudo-headers that are unknown, missing, empty,
 * doubled or too late, a Host that contradicts {@code :authority}. Nothing is corrected. Everything else is refused with the
 * words of HTTP/1.1.
 *
 * <p>A list of fields is as long as RFC 9113 §6.5.2 counts it, 32 bytes for each field besides its name and value, and each
 * crumb of a Cookie is a field: what is cheap to send by references to a table costs as much as what is sent in full.
 */
public final class FieldSection {
    /** What RFC 9113 §6.5.2 adds to each field. */
    private static final int FIELD_BYTES = 32;
    private static final int METHOD_BYTES_MAX = 32;
    private static final byte[] HOST = ascii(HeaderName.HOST.text());
    private static final byte[] COOKIE = ascii("cookie");
    private static final byte[] TRAILERS = ascii("trailers");
    private static final byte[] GET = ascii("GET");
    private static final byte[] WEBSOCKET = ascii("websocket");
    private static final byte[] HTTP = ascii("http");
    private static final byte[] HTTPS = ascii("https");

    private enum Pseudo {
        METHOD(":method"), SCHEME(":scheme"), AUTHORITY(":authority"), PATH(":path"), PROTOCOL(":protocol");

        private final byte[] text;

        Pseudo(String text) {
            this.text = ascii(text);
        }
    }

    private static final Pseudo[] PSEUDO = Pseudo.values();

    private HeadLimits limits;
    private Head head;
    /** The same; null while trailers are read. */
    private RequestHead request;
    private long listBytes;
    private int fields;
    private int crumbs;
    private boolean regular;
    private int seen;
    /** Where the values of scheme and protocol are. */
    private int schemeStart;
    private int schemeEnd;
    private int protocolStart;
    private int protocolEnd;
    private ProxyError error;

    /** Creates it. */
    public FieldSection() {}

    /** Begins a request; fills {@code empty}, which stays the caller's. */
    public void begin(RequestHead empty, HeadLimits itsLimits) {
        start(empty, itsLimits);
        request = empty;
        empty.http2 = true;
    }

    /** Begins trailers. */
    public void beginTrailers(HeadLimits itsLimits) {
        start(new TrailerSection(), itsLimits);
        request = null;
    }

    private void start(Head empty, HeadLimits itsLimits) {
        limits = itsLimits;
        head = empty;
        listBytes = 0;
        fields = 0;
        crumbs = 0;
        regular = false;
        seen = 0;
        error = null;
    }

    /** Enters a field; both ranges are copied. Once one was refused the others are not looked at. */
    public void add(byte[] name, int nameStart, int nameEnd, byte[] value, int valueStart, int valueEnd) {
        if (error != null) {
            return;
        }
        int nameLength = nameEnd - nameStart;
        listBytes += nameLength + valueEnd - valueStart + FIELD_BYTES;
        if (listBytes > limits.headBytesMax()) {
            error = ProxyError.REQUEST_HEAD_TOO_LARGE;
        } else if (nameLength == 0 || !wellFormed(value, valueStart, valueEnd)) {
            error = ProxyError.HTTP2_MALFORMED;
        } else if (name[nameStart] == ':') {
            pseudo(name, nameStart, nameEnd, value, valueStart, valueEnd);
        } else if (!lowerCaseToken(name, nameStart, nameEnd)) {
            error = ProxyError.HTTP2_MALFORMED;
        } else if (++fields > limits.fieldsMax()) {
            error = ProxyError.TOO_MANY_FIELDS;
        } else {
            regular = true;
            enter(name, nameStart, nameEnd, value, valueStart, valueEnd);
        }
    }

    /** RFC 9113 §8.2.1: no control characters, no white space around. */
    private static boolean wellFormed(byte[] value, int start, int end) {
        return start == end
                || !Octets.isSpace(value[start]) && !Octets.isSpace(value[end - 1])
                        && Octets.skipValue(value, start, end) == end;
    }

    private static boolean lowerCaseToken(byte[] name, int start, int end) {
        for (int i = start; i < end; i++) {
            byte b = name[i];
            if (!Octets.is(b, Octets.TOKEN) || b >= 'A' && b <= 'Z') {
                return false;
            }
        }
        return true;
    }

    private void enter(byte[] name, int nameStart, int nameEnd, byte[] value, int valueStart, int valueEnd) {
        HeaderName known = HeaderNames.known(name, nameStart, nameEnd);
        if (known.hopByHop()) {
            // RFC 9113 §8.2.2. What TE may say concerns this connection: it is not passed on.
            if (known != HeaderName.TE || !Ascii.equalsLowerCase(value, valueStart, valueEnd, TRAILERS)) {
                error = ProxyError.HTTP2_MALFORMED;
            }
            return;
        }
        if (known == HeaderName.HOST && request != null && head.find(HeaderName.HOST) >= 0) {
            // The one that is there came of :authority, or is a second one.
            if (!has(Pseudo.AUTHORITY) || !sameHost(value, valueStart, valueEnd)) {
                error = ProxyError.HTTP2_MALFORMED;
            }
            return;
        }
        if (known == HeaderName.OTHER && Ascii.equalsLowerCase(name, nameStart, nameEnd, COOKIE)) {
            crumbs++;
        }
        head.beginLine(name, nameStart, nameEnd);
        head.endLine(known, value, valueStart, valueEnd);
    }

    private boolean sameHost(byte[] value, int start, int end) {
        int field = head.find(HeaderName.HOST);
        if (head.valueEnd(field) - head.valueStart(field) != end - start) {
            return false;
        }
        for (int i = 0; i < end - start; i++) {
            if (Ascii.lower(head.bytes[head.valueStart(field) + i]) != Ascii.lower(value[start + i])) {
                return false;
            }
        }
        return true;
    }

    // ---- pseudo-headers (RFC 9113 §8.3.1, RFC 8441 §4) ----

    private void pseudo(byte[] name, int nameStart, int nameEnd, byte[] value, int valueStart, int valueEnd) {
        Pseudo which = request == null || regular ? null : pseudo(name, nameStart, nameEnd);
        if (which == null || has(which) || valueStart == valueEnd) {
            error = ProxyError.HTTP2_MALFORMED;
            return;
        }
        seen |= 1 << which.ordinal();
        if (which == Pseudo.AUTHORITY) {
            head.beginLine(HOST, 0, HOST.length);
            head.endLine(HeaderName.HOST, value, valueStart, valueEnd);
            return;
        }
        int start = head.reserve(valueEnd - valueStart);
        System.arraycopy(value, valueStart, head.bytes, start, valueEnd - valueStart);
        head.length += valueEnd - valueStart;
        int end = head.length;
        switch (which) {
            case METHOD -> method(start, end);
            case PATH -> {
                request.pathStart = start;
                request.queryEnd = end;
            }
            case SCHEME -> {
                schemeStart = start;
                schemeEnd = end;
            }
            default -> {
                protocolStart = start;
                protocolEnd = end;
            }
        }
    }

    private static Pseudo pseudo(byte[] name, int start, int end) {
        for (Pseudo each : PSEUDO) {
            if (Ascii.equalsLowerCase(name, start, end, each.text) && lowerCaseToken(name, start + 1, end)) {
                return each;
            }
        }
        return null;
    }

    private boolean has(Pseudo which) {
        return (seen & 1 << which.ordinal()) != 0;
    }

    private void method(int start, int end) {
        if (!Octets.all(head.bytes, start, end, Octets.TOKEN)) {
            error = ProxyError.HTTP2_MALFORMED;
        } else if (end - start > METHOD_BYTES_MAX) {
            error = ProxyError.METHOD_TOO_LONG;
        } else {
            request.methodStart = start;
            request.methodEnd = end;
            request.method = Method.of(head.bytes, start, end);
        }
    }

    // ---- the end ----

    /**
     * Completes the request's head.
     *
     * @param bodiless whether the stream ended with it
     * @return null, or why it is refused
     */
    public ProxyError end(boolean bodiless) {
        if (error == null) {
            error = target();
        }
        if (error == null) {
            joinCrumbs();
            head.framing = bodiless || request.extendedConnect ? BodyFraming.NONE : BodyFraming.CHUNKED;
            error = Target.read(request);
        }
        if (error == null) {
            error = RequestRules.apply(request);
        }
        if (error == null && (bodiless || request.extendedConnect) && request.framing() != BodyFraming.NONE) {
            // RFC 9113 §8.1.1: it announces what doesn't come.
            error = ProxyError.HTTP2_MALFORMED;
        }
        if (error == null && request.extendedConnect) {
            Upgrade.ask(request);
        }
        if (error != null) {
            head.error = error;
            head.framing = BodyFraming.NONE;
        }
        return error;
    }

    private ProxyError target() {
        if (!has(Pseudo.METHOD) || has(Pseudo.PROTOCOL) && request.method != Method.CONNECT) {
            return ProxyError.HTTP2_MALFORMED;
        }
        if (request.method == Method.CONNECT && !has(Pseudo.PROTOCOL)) {
            // RFC 9113 §8.5: an authority, and neither scheme nor path.
            boolean wellFormed = has(Pseudo.AUTHORITY) && !has(Pseudo.SCHEME) && !has(Pseudo.PATH);
            return wellFormed ? ProxyError.METHOD_NOT_ALLOWED : ProxyError.HTTP2_MALFORMED;
        }
        if (!has(Pseudo.SCHEME) || !has(Pseudo.PATH)) {
            return ProxyError.HTTP2_MALFORMED;
        }
        if (!scheme(HTTP) && !scheme(HTTPS)) {
            return ProxyError.INVALID_TARGET;
        }
        byte first = head.bytes[request.pathStart];
        if (first != '/' && first != '*') {
            return ProxyError.HTTP2_MALFORMED;
        }
        if (!Octets.all(head.bytes, request.pathStart, request.queryEnd, Octets.TARGET)) {
            return ProxyError.INVALID_TARGET;
        }
        if (request.queryEnd - request.pathStart > limits.lineBytesMax()) {
            return ProxyError.TARGET_TOO_LONG;
        }
        return has(Pseudo.PROTOCOL) ? extendedConnect() : null;
    }

    /** RFC 8441 §4: from here on it reads as a GET, as which it is forwarded. */
    private ProxyError extendedConnect() {
        request.extendedConnect = true;
        if (!Ascii.equalsLowerCase(head.bytes, protocolStart, protocolEnd, WEBSOCKET)) {
            return ProxyError.CONNECT_UNSUPPORTED;
        }
        int start = head.reserve(GET.length);
        System.arraycopy(GET, 0, head.bytes, start, GET.length);
        head.length += GET.length;
        method(start, head.length);
        return null;
    }

    private boolean scheme(byte[] name) {
        return Ascii.equalsLowerCase(head.bytes, schemeStart, schemeEnd, name);
    }

    /** RFC 9113 §8.2.3: what another protocol gets is one field, its parts separated by a semicolon and a space. */
    private void joinCrumbs() {
        if (crumbs < 2) {
            return;
        }
        int total = 0;
        for (int i = head.next(COOKIE, 0); i >= 0; i = head.next(COOKIE, i + 1)) {
            total += head.valueEnd(i) - head.valueStart(i) + 2;
        }
        byte[] joined = new byte[total];
        int at = 0;
        for (int i = head.next(COOKIE, 0); i >= 0; i = head.next(COOKIE, i + 1)) {
            int length = head.valueEnd(i) - head.valueStart(i);
            System.arraycopy(head.bytes, head.valueStart(i), joined, at, length);
            at += length;
            joined[at++] = ';';
            joined[at++] = ' ';
            head.drop(i);
        }
        head.beginLine(COOKIE, 0, COOKIE.length);
        head.endLine(HeaderName.OTHER, joined, 0, at - 2);
    }

    /** What may be passed on of the trailers; null if they are refused. */
    public Trailers trailers() {
        if (error != null) {
            return null;
        }
        TrailerSection section = (TrailerSection) head;
        TrailerNames.strip(section);
        byte[] kept = new byte[section.length()];
        return Trailers.of(kept, section.copyFields(kept, 0));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
