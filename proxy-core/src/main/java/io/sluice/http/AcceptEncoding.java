package io.sluice.http;

import java.nio.charset.StandardCharsets;

/**
 * Which content codings a client takes, and how gladly (RFC 9110 §12.5.3): weights in thousandths, 0 = it does not.
 * <em>Immutable.</em>
 *
 * @param gzip     0 to 1000; said of gzip or x-gzip, or of {@code *} where neither is named
 * @param br       likewise
 * @param zstd     likewise
 * @param identity of no coding at all; {@link #UNSAID} = acceptable, but wanted less than any coding that is
 */
public record AcceptEncoding(int gzip, int br, int zstd, int identity) {
    /** Said nothing of. */
    public static final int UNSAID = -1;

    private static final int WHOLE = 1000;
    private static final byte[] NAME = ascii("accept-encoding");
    private static final byte[] GZIP = ascii("gzip");
    private static final byte[] X_GZIP = ascii("x-gzip");
    private static final byte[] BR = ascii("br");
    private static final byte[] ZSTD = ascii("zstd");
    private static final byte[] IDENTITY = ascii("identity");
    private static final byte[] ANY = ascii("*");

    /**
     * What a request says. Without the field no coding is taken: the rule allows all then, but who does not ask for one often
     * can't read any. What is no weight is 0; of a coding named twice, the last counts.
     */
    public static AcceptEncoding of(RequestHead head) {
        int gzip = UNSAID;
        int br = UNSAID;
        int zstd = UNSAID;
        int identity = UNSAID;
        int any = 0;
        byte[] bytes = head.bytes();
        for (int i = head.next(NAME, 0); i >= 0; i = head.next(NAME, i + 1)) {
            int end = head.valueEnd(i);
            int at = head.valueStart(i);
            while (at < end) {
                int comma = Elements.comma(bytes, at, end);
                int start = Octets.skipSpace(bytes, at, comma);
                int mark = semicolon(bytes, start, comma);
                int nameEnd = Octets.trimSpace(bytes, start, mark);
                int weight = mark == comma ? WHOLE : weight(bytes, mark + 1, comma);
                if (Ascii.equalsLowerCase(bytes, start, nameEnd, GZIP) || Ascii.equalsLowerCase(bytes, start, nameEnd, X_GZIP)) {
                    gzip = weight;
                } else if (Ascii.equalsLowerCase(bytes, start, nameEnd, BR)) {
                    br = weight;
                } else if (Ascii.equalsLowerCase(bytes, start, nameEnd, ZSTD)) {
                    zstd = weight;
                } else if (Ascii.equalsLowerCase(bytes, start, nameEnd, IDENTITY)) {
                    identity = weight;
                } else if (Ascii.equalsLowerCase(bytes, start, nameEnd, ANY)) {
                    any = weight;
                }
                at = comma + 1;
            }
        }
        return new AcceptEncoding(said(gzip, any), said(br, any), said(zstd, any), identity);
    }

    private static int said(int weight, int any) {
        return weight == UNSAID ? any : weight;
    }

    private static int semicolon(byte[] bytes, int from, int end) {
        int at = from;
        while (at < end && bytes[at] != ';') {
            at++;
        }
        return at;
    }

    /** RFC 9110 §12.4.2: 0 or 1, with up to three decimals; 0 if it is anything else. */
    private static int weight(byte[] bytes, int from, int to) {
        int at = Octets.skipSpace(bytes, from, to);
        int end = Octets.trimSpace(bytes, at, to);
        boolean begins = end - at >= 3 && end - at <= 7 && (bytes[at] | 0x20) == 'q' && bytes[at + 1] == '='
                && (bytes[at + 2] == '0' || bytes[at + 2] == '1') && (end - at == 3 || bytes[at + 3] == '.');
        if (!begins) {
            return 0;
        }
        int thousandths = (bytes[at + 2] - '0') * WHOLE;
        int worth = WHOLE / 10;
        for (int i = at + 4; i < end; i++) {
            if (bytes[i] < '0' || bytes[i] > '9') {
                return 0;
            }
            thousandths += (bytes[i] - '0') * worth;
            worth /= 10;
        }
        return thousandths > WHOLE ? 0 : thousandths;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
