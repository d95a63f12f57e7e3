package io.sluice.filter;

import io.sluice.config.FilterConfig.Coding;
import io.sluice.config.FilterConfig.Compress;
import io.sluice.http.AcceptEncoding;
import io.sluice.http.Ascii;
import io.sluice.http.BodyFraming;
import io.sluice.http.Head;
import io.sluice.http.HeaderLine;
import io.sluice.http.HeaderName;
import io.sluice.http.Method;
import io.sluice.http.RequestHead;
import io.sluice.http.ResponseHead;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/**
 * Which responses of a route are compressed, and what their heads say then. <em>Immutable.</em>
 *
 * <p>A response is <em>negotiable</em> if all but the client's wish speaks for it: such a one names Accept-Encoding in Vary
 * whether it is compressed or not, since a cache must not give one client's to another (RFC 9110 §12.5.5). HEAD gets the head
 * that GET would (§9.3.2).
 */
public final class Compression {
    private static final byte[] CONTENT_ENCODING = ascii("content-encoding");
    private static final byte[] CONTENT_RANGE = ascii("content-range");
    private static final byte[] ACCEPT_RANGES = ascii("accept-ranges");
    private static final byte[] CACHE_CONTROL = ascii("cache-control");
    private static final byte[] NO_TRANSFORM = ascii("no-transform");
    private static final byte[] ETAG = ascii("etag");
    private static final byte[] IF_NONE_MATCH = ascii("if-none-match");
    private static final byte[] VARY = ascii("vary");
    private static final byte[] ANY = ascii("*");
    private static final byte[] IDENTITY = ascii("identity");
    private static final byte[] ACCEPT_ENCODING = ascii("accept-encoding");
    private static final byte[] GRPC = ascii("application/grpc");
    /** What vouches for the very bytes of a body (RFC 9530, and what was before): to compress would make it a lie. */
    private static final byte[][] DIGESTS = {
        ascii("content-digest"), ascii("repr-digest"), ascii("digest"), ascii("content-md5")
    };
    private static final HeaderLine VARIES = HeaderLine.of("Vary", "Accept-Encoding");
    /** By coding. */
    private static final HeaderLine[] CODED = Stream.of(Coding.values())
            .map(coding -> HeaderLine.of("Content-Encoding", coding.word())).toArray(HeaderLine[]::new);

    private final Compress config;
    private final List<Coding> codings;
    private final MediaTypeSet types;

    /** Compiles it, with those of its codings that this system has. May load native code: not for an event loop. */
    public Compression(Compress config) {
        this(config, Codings.here());
    }

    Compression(Compress config, List<Coding> here) {
        this.config = config;
        this.codings = config.codings().isEmpty() ? here : config.codings().stream().filter(here::contains).toList();
        this.types = new MediaTypeSet(config.types());
    }

    /** What it chooses from, in this order. */
    public List<Coding> codings() {
        return codings;
    }

    /** Whether the configuration names codings, rather than taking what there is. */
    public boolean named() {
        return !config.codings().isEmpty();
    }

    /** What it was to choose from, but this system does not have. */
    public List<Coding> missing() {
        List<Coding> wanted = config.codings().isEmpty() ? List.of(Coding.values()) : config.codings();
        return wanted.stream().filter(coding -> !codings.contains(coding)).toList();
    }

    /** Begins a body so coded. */
    public BodyFilter begin(Coding coding) {
        return Codings.begin(coding, config.levels());
    }

    /**
     * Decides on a final response, and makes its head what the client may hear.
     *
     * @param accepted what the client's request said, before filters
     * @return how its body, if it has one, is to be coded; null = it stays as it is
     */
    public Coding prepare(ResponseHead head, RequestHead request, AcceptEncoding accepted) {
        if (head.status() == 304) {
            notModified(head, request);
            return null;
        }
        if (!negotiable(head, request.method())) {
            return null;
        }
        vary(head);
        Coding coding = choose(accepted);
        if (coding != null) {
            head.dropAll(CONTENT_ENCODING);
            head.dropAll(ACCEPT_RANGES);
            head.append(CODED[coding.ordinal()]);
            weaken(head);
            head.unsized();
        }
        return coding;
    }

    /** What the client wants most of what there is (RFC 9110 §12.5.3); null = nothing. */
    Coding choose(AcceptEncoding accepted) {
        Coding best = null;
        int most = 0;
        // By index: an iterator for each response would be garbage for nothing.
        for (int i = 0; i < codings.size(); i++) {
            Coding coding = codings.get(i);
            int weight = switch (coding) {
                case GZIP -> accepted.gzip();
                case BR -> accepted.br();
                case ZSTD -> accepted.zstd();
            };
            if (weight > most) {
                best = coding;
                most = weight;
            }
        }
        return most < accepted.identity() ? null : best;
    }

    private boolean negotiable(ResponseHead head, Method method) {
        int status = head.status();
        boolean body = head.framing() != BodyFraming.NONE || method == Method.HEAD && head.contentLength() != 0;
        if (!body || status < 200 || status == 204 || status == 205 || status == 206 || codings.isEmpty()
                || head.contentLength() >= 0 && head.contentLength() < config.minSizeBytes()) {
            return false;
        }
        int type = head.find(HeaderName.CONTENT_TYPE);
        return type >= 0
                && types.contains(head.bytes(), head.valueStart(type), head.valueEnd(type))
                && !grpc(head, type)
                && head.next(CONTENT_RANGE, 0) < 0
                && !coded(head)
                && !names(head, CACHE_CONTROL, NO_TRANSFORM)
                && !vouchedFor(head);
    }

    /** Its messages are compressed, or not, by its own rules. */
    private static boolean grpc(Head head, int type) {
        int start = head.valueStart(type);
        return head.valueEnd(type) - start >= GRPC.length
                && Ascii.equalsLowerCase(head.bytes(), start, start + GRPC.length, GRPC);
    }

    private static boolean vouchedFor(Head head) {
        for (byte[] digest : DIGESTS) {
            if (head.next(digest, 0) >= 0) {
                return true;
            }
        }
        return false;
    }

    private static boolean coded(Head head) {
        for (int i = head.next(CONTENT_ENCODING, 0); i >= 0; i = head.next(CONTENT_ENCODING, i + 1)) {
            if (!Ascii.equalsLowerCase(head.bytes(), head.valueStart(i), head.valueEnd(i), IDENTITY)) {
                return true;
            }
        }
        return false;
    }

    /** Whether one of the fields of this name lists this word (lower case). */
    private static boolean names(Head head, byte[] name, byte[] word) {
        byte[] bytes = head.bytes();
        for (int i = head.next(name, 0); i >= 0; i = head.next(name, i + 1)) {
            int end = head.valueEnd(i);
            for (int at = head.valueStart(i); at < end; at++) {
                int start = at;
                while (at < end && bytes[at] != ',') {
                    at++;
                }
                if (Ascii.equalsLowerCase(bytes, skipSpace(bytes, start, at), trimSpace(bytes, start, at), word)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static int skipSpace(byte[] bytes, int start, int end) {
        int at = start;
        while (at < end && (bytes[at] == ' ' || bytes[at] == '\t')) {
            at++;
        }
        return at;
    }

    private static int trimSpace(byte[] bytes, int start, int end) {
        int at = end;
        while (at > start && (bytes[at - 1] == ' ' || bytes[at - 1] == '\t')) {
            at--;
        }
        return at;
    }

    private static void vary(ResponseHead head) {
        if (names(head, VARY, ACCEPT_ENCODING) || names(head, VARY, ANY)) {
            return;
        }
        int last = -1;
        for (int i = head.next(VARY, 0); i >= 0; i = head.next(VARY, i + 1)) {
            last = i;
        }
        if (last < 0 || head.valueStart(last) == head.valueEnd(last)) {
            head.append(VARIES);
            return;
        }
        // Into the field that is there: some caches read only one.
        HeaderLine merged = HeaderLine.of("Vary", head.value(last) + ", Accept-Encoding");
        head.drop(last);
        head.append(merged);
    }

    /** The same tag for two codings may be a weak one only (RFC 9110 §8.8.1). */
    private static void weaken(ResponseHead head) {
        int tag = head.next(ETAG, 0);
        if (tag >= 0 && head.valueEnd(tag) > head.valueStart(tag) && head.bytes()[head.valueStart(tag)] == '"') {
            HeaderLine weak = HeaderLine.of("ETag", "W/" + head.value(tag));
            head.dropAll(ETAG);
            head.append(weak);
        }
    }

    /** A client that has it compressed asks by the tag that was made weak, and is told the same (RFC 9110 §15.4.5). */
    private static void notModified(ResponseHead head, RequestHead request) {
        int tag = head.next(ETAG, 0);
        int asked = request.next(IF_NONE_MATCH, 0);
        if (tag >= 0 && asked >= 0 && request.value(asked).contains("W/" + head.value(tag))) {
            vary(head);
            weaken(head);
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
