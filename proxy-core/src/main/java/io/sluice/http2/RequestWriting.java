package io.sluice.http2;

import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.ReadOnlyHttp2Headers;
import io.netty.util.AsciiString;
import io.sluice.http.HeaderName;
import io.sluice.http.Method;
import io.sluice.http.RequestHead;
import io.sluice.http.Trailers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Makes HTTP/2 fields of a request's head (RFC 9113 §8.3.1): Host becomes {@code :authority}, what concerns a connection is
 * left out, names are written in lower case. <em>Immutable.</em>
 *
 * <p>HPACK keeps what it has indexed, so fields can't stay views of a head that is used again: all of a head's bytes that are
 * needed are copied once, into one array that the fields share. Well-known names are not copied.
 */
final class RequestWriting {
    private static final AsciiString[] NAMES = Arrays.stream(HeaderName.values())
            .map(name -> AsciiString.cached(name.text().toLowerCase(Locale.ROOT))).toArray(AsciiString[]::new);
    private static final AsciiString[] METHODS =
            Arrays.stream(Method.values()).map(method -> AsciiString.cached(method.name())).toArray(AsciiString[]::new);
    private static final AsciiString TE = AsciiString.cached("te");
    private static final AsciiString TRAILERS = AsciiString.cached("trailers");
    private static final AsciiString CONTENT_LENGTH = AsciiString.cached("content-length");
    private static final AsciiString ZERO = AsciiString.cached("0");
    /** Two for te, two for content-length. */
    private static final int OURS = 4;

    private final RequestHead head;
    private final byte[] bytes;
    private int used;

    private RequestWriting(RequestHead head) {
        this.head = head;
        this.bytes = new byte[head.length()];
    }

    /**
     * The fields; {@code te: trailers} among them, as trailers are passed on both ways (RFC 9110 §10.1.4).
     *
     * @param scheme of {@code :scheme}
     */
    static Http2Headers of(RequestHead head, AsciiString scheme) {
        return new RequestWriting(head).fields(scheme);
    }

    private Http2Headers fields(AsciiString scheme) {
        AsciiString method = head.method() == Method.OTHER
                ? copy(head.methodStart(), head.methodEnd()) : METHODS[head.method().ordinal()];
        int host = head.find(HeaderName.HOST);
        AsciiString authority = host < 0 ? AsciiString.EMPTY_STRING : copy(head.valueStart(host), head.valueEnd(host));
        AsciiString path = path();
        int kept = 0;
        for (int i = 0; i < head.count(); i++) {
            kept += passes(i) ? 2 : 0;
        }
        AsciiString[] fields = new AsciiString[kept + (head.forwardedLength() < 0 ? OURS - 2 : OURS)];
        int at = 0;
        for (int i = 0; i < head.count(); i++) {
            if (passes(i)) {
                HeaderName name = head.name(i);
                fields[at++] = name == HeaderName.OTHER ? lowerCase(head.nameStart(i), head.nameEnd(i)) : NAMES[name.ordinal()];
                fields[at++] = copy(head.valueStart(i), head.valueEnd(i));
            }
        }
        if (head.forwardedLength() >= 0) {
            fields[at++] = CONTENT_LENGTH;
            fields[at++] = head.forwardedLength() == 0 ? ZERO : new AsciiString(Long.toString(head.forwardedLength()));
        }
        fields[at++] = TE;
        fields[at] = TRAILERS;
        return ReadOnlyHttp2Headers.clientHeaders(false, method, path, scheme, authority, fields);
    }

    /** Whether field {@code i} goes on as a field. */
    private boolean passes(int i) {
        if (head.dropped(i)) {
            return false;
        }
        return switch (head.name(i)) {
            case HOST, CONTENT_LENGTH, TRANSFER_ENCODING, CONNECTION, UPGRADE, KEEP_ALIVE, PROXY_CONNECTION, TE -> false;
            default -> true;
        };
    }

    private AsciiString path() {
        int start = used;
        append(head.forwardedPathStart(), head.forwardedPathEnd());
        append(head.pathEnd(), head.queryEnd());
        return new AsciiString(bytes, start, used - start, false);
    }

    private AsciiString copy(int start, int end) {
        int at = used;
        append(start, end);
        return new AsciiString(bytes, at, used - at, false);
    }

    private AsciiString lowerCase(int start, int end) {
        int at = used;
        append(start, end);
        for (int i = at; i < used; i++) {
            if (bytes[i] >= 'A' && bytes[i] <= 'Z') {
                bytes[i] |= 0x20;
            }
        }
        return new AsciiString(bytes, at, used - at, false);
    }

    private void append(int start, int end) {
        System.arraycopy(head.bytes(), start, bytes, used, end - start);
        used += end - start;
    }

    /** The fields of trailers that are not empty. */
    static Http2Headers of(Trailers trailers) {
        List<AsciiString> fields = new ArrayList<>();
        trailers.each((from, nameStart, nameEnd, valueStart, valueEnd) -> {
            fields.add(new AsciiString(from, nameStart, nameEnd - nameStart, true).toLowerCase());
            fields.add(new AsciiString(from, valueStart, valueEnd - valueStart, true));
        });
        return ReadOnlyHttp2Headers.trailers(false, fields.toArray(AsciiString[]::new));
    }
}
