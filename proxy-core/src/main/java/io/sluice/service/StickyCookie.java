package io.sluice.service;

import io.sluice.config.Secret;
import io.sluice.config.ServiceConfig;
import io.sluice.config.StickyConfig;
import io.sluice.config.StickyConfig.SameSite;
import io.sluice.config.StickyConfig.Secure;
import io.sluice.http.HeaderLine;
import io.sluice.http.RequestHead;
import io.sluice.telemetry.StickyMeters;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.crypto.Mac;

/**
 * The cookies that a service gives its clients: one value for each endpoint. <em>Thread-safe.</em> Ends with its service, or
 * with its endpoints of the moment.
 *
 * <p>A value is the first 128 bits of HMAC-SHA256 over the names of service and endpoint, so it tells nothing of either, no
 * other service takes it, and every Sluice with the same secret makes the same. All are made beforehand, and a request costs
 * a look-up in a table that nobody outside can fill. A guess is compared in whole words, without a branch on a part of one:
 * time can tell of a forger's value at most which slot of the table it falls into, a few of its 128 bits. Who guessed right
 * would have chosen an endpoint, and nothing more.
 */
public final class StickyCookie {
    /** Characters of a value: 128 bits as base64url (RFC 4648 §5) without padding. */
    static final int LENGTH = 22;
    /** Nothing that {@link #find} found: there was no such cookie; there was, but it can't be used. */
    static final int NONE = -1;
    static final int BAD = -2;

    private static final byte[] FIELD = "cookie".getBytes(StandardCharsets.US_ASCII);
    private static final String SIX_BITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    private static final byte[] BITS = bits();

    private final byte[] name;
    private final Secure secure;
    private final List<Endpoint> endpoints;
    /** A hash table: both halves of a value, and whose it is, plus 1. Values of the first secret have the lower numbers. */
    private final long[] highs;
    private final long[] lows;
    private final int[] owners;
    private final Map<Endpoint, Lines> lines = new HashMap<>();
    private volatile StickyMeters meters;

    /** What sets an endpoint's cookie. <em>Immutable.</em> */
    private record Lines(HeaderLine plain, HeaderLine secure) {}

    private StickyCookie(String service, StickyConfig config, List<Endpoint> endpoints, StickyMeters meters) {
        this.name = config.cookie().getBytes(StandardCharsets.US_ASCII);
        this.secure = config.secure();
        this.endpoints = endpoints;
        this.meters = meters;
        int values = Math.multiplyExact(config.secrets().size(), endpoints.size());
        int slots = Integer.highestOneBit(Math.max(1, values)) << 2;
        this.highs = new long[slots];
        this.lows = new long[slots];
        this.owners = new int[slots];
        for (int s = 0; s < config.secrets().size(); s++) {
            Mac mac = config.secrets().get(s).mac();
            for (int e = 0; e < endpoints.size(); e++) {
                ByteBuffer value = value(mac, service, endpoints.get(e));
                enter(value.getLong(0), value.getLong(Long.BYTES), s * endpoints.size() + e + 1);
                if (s == 0) {
                    lines.put(endpoints.get(e), lines(config, value));
                }
            }
        }
    }

    /** That of a service with these endpoints; null if it has none. */
    static StickyCookie of(ServiceConfig config, List<Endpoint> endpoints, StickyMeters meters) {
        return config.sticky() == null ? null : new StickyCookie(config.name(), config.sticky(), endpoints, meters);
    }

    private static byte[] bits() {
        byte[] bits = new byte[128];
        java.util.Arrays.fill(bits, (byte) -1);
        for (int i = 0; i < SIX_BITS.length(); i++) {
            bits[SIX_BITS.charAt(i)] = (byte) i;
        }
        return bits;
    }

    // A name of a service has no line feed, so that no two pairs of names make the same text.
    private static ByteBuffer value(Mac mac, String service, Endpoint endpoint) {
        String names = "sluice sticky 1\n" + service + "\n" + endpoint.text().toLowerCase(Locale.ROOT);
        return ByteBuffer.wrap(mac.doFinal(names.getBytes(StandardCharsets.UTF_8)), 0, 2 * Long.BYTES);
    }

    private static Lines lines(StickyConfig config, ByteBuffer value) {
        ByteBuffer encoded = Base64.getUrlEncoder().withoutPadding().encode(value.duplicate());
        StringBuilder line = new StringBuilder(config.cookie())
                .append('=')
                .append(StandardCharsets.US_ASCII.decode(encoded))
                .append("; Path=")
                .append(config.path());
        if (!config.maxAge().isZero()) {
            line.append("; Max-Age=").append(config.maxAge().toSeconds());
        }
        line.append("; HttpOnly; SameSite=").append(word(config.sameSite()));
        HeaderLine plain = HeaderLine.of("Set-Cookie", line.toString());
        return new Lines(plain, HeaderLine.of("Set-Cookie", line.append("; Secure").toString()));
    }

    private static String word(SameSite sameSite) {
        return switch (sameSite) {
            case STRICT -> "Strict";
            case LAX -> "Lax";
            case NONE -> "None";
        };
    }

    private void enter(long high, long low, int owner) {
        int slot = (int) high & owners.length - 1;
        while (owners[slot] != 0) {
            if (same(slot, high, low)) {
                return;
            }
            slot = slot + 1 & owners.length - 1;
        }
        highs[slot] = high;
        lows[slot] = low;
        owners[slot] = owner;
    }

    private boolean same(int slot, long high, long low) {
        return (highs[slot] ^ high | lows[slot] ^ low) == 0;
    }

    /**
     * A request's part in it.
     *
     * @param head as it is forwarded
     */
    public Session session(RequestHead head) {
        return new Session(this, head);
    }

    /**
     * What a request's cookie says: a number for {@link #endpoint} and {@link #fresh}, {@link #NONE}, or {@link #BAD}, which is
     * one of another form, one that nothing in force has signed, or more than one of the name. Allocates nothing.
     */
    int find(RequestHead head) {
        int found = NONE;
        byte[] bytes = head.bytes();
        for (int field = head.next(FIELD, 0); field >= 0; field = head.next(FIELD, field + 1)) {
            int end = head.valueEnd(field);
            int at = Cookies.value(bytes, head.valueStart(field), end, name);
            while (at >= 0) {
                if (found != NONE) {
                    return BAD;
                }
                int last = Cookies.end(bytes, at, end);
                found = find(bytes, at, last);
                at = Cookies.value(bytes, last, end, name);
            }
        }
        return found;
    }

    private int find(byte[] bytes, int start, int end) {
        if (end - start != LENGTH) {
            return BAD;
        }
        long high = 0;
        long low = 0;
        int unknown = 0;
        for (int i = 0; i < LENGTH; i++) {
            byte six = bytes[start + i] < 0 ? -1 : BITS[bytes[start + i]];
            unknown |= six;
            // The last character's lower four bits belong to nothing, and are 0: a value has one spelling only.
            boolean last = i == LENGTH - 1;
            unknown |= last && (six & 15) != 0 ? -1 : 0;
            int width = last ? 2 : 6;
            high = high << width | low >>> Long.SIZE - width;
            low = low << width | (last ? six >> 4 : six) & (1L << width) - 1;
        }
        return unknown < 0 ? BAD : find(high, low);
    }

    private int find(long high, long low) {
        int slot = (int) high & owners.length - 1;
        while (owners[slot] != 0) {
            if (same(slot, high, low)) {
                return owners[slot] - 1;
            }
            slot = slot + 1 & owners.length - 1;
        }
        return BAD;
    }

    /** Whose cookie was found. */
    Endpoint endpoint(int found) {
        return endpoints.get(found % endpoints.size());
    }

    /** Whether the secret that signs has signed what was found. */
    boolean fresh(int found) {
        return found < endpoints.size();
    }

    /** The field that sets an endpoint's cookie; null if that has come since: its client is told with the next response. */
    HeaderLine line(Endpoint endpoint, boolean encrypted) {
        Lines both = lines.get(endpoint);
        if (both == null) {
            return null;
        }
        return secure == Secure.ALWAYS || secure == Secure.AUTO && encrypted ? both.secure() : both.plain();
    }

    /** What is counted. */
    StickyMeters meters() {
        return meters;
    }

    /** Says where it is counted from now on. */
    public void meters(StickyMeters into) {
        meters = into;
    }
}
