package io.sluice.files;

import io.sluice.http.RequestHead;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** How a file's bytes may be coded (RFC 9110 §8.4.1), in the order of preference. <em>Immutable.</em> */
enum Coding {
    BR("br", ".br"),
    GZIP("gzip", ".gz"),
    IDENTITY("", "");

    private static final byte[] ACCEPT_ENCODING = "accept-encoding".getBytes(StandardCharsets.US_ASCII);
    private static final int UNSAID = -1;

    private final String word;
    private final String ending;

    Coding(String word, String ending) {
        this.word = word;
        this.ending = ending;
    }

    /** The word in Content-Encoding; empty for none. */
    String word() {
        return word;
    }

    /** What the name of a neighbour ends in. */
    String ending() {
        return ending;
    }

    /**
     * What a client wants most (RFC 9110 §12.5.3) of what there is; the file as it is where it says nothing, or wants nothing.
     *
     * @param br   whether there is a neighbour so coded
     * @param gzip likewise
     */
    static Coding wanted(RequestHead head, boolean br, boolean gzip) {
        int[] weights = {UNSAID, UNSAID, UNSAID};
        int any = UNSAID;
        for (int i = head.next(ACCEPT_ENCODING, 0); i >= 0; i = head.next(ACCEPT_ENCODING, i + 1)) {
            for (String element : head.value(i).split(",")) {
                String[] parts = element.split(";", 2);
                String name = parts[0].strip().toLowerCase(Locale.ROOT);
                int weight = parts.length == 1 ? 1000 : weight(parts[1].strip());
                switch (name) {
                    case "br" -> weights[BR.ordinal()] = weight;
                    case "gzip", "x-gzip" -> weights[GZIP.ordinal()] = weight;
                    case "identity" -> weights[IDENTITY.ordinal()] = weight;
                    case "*" -> any = weight;
                    default -> { }
                }
            }
        }
        int brWeight = br ? said(weights[BR.ordinal()], any) : 0;
        int gzipWeight = gzip ? said(weights[GZIP.ordinal()], any) : 0;
        int best = Math.max(brWeight, gzipWeight);
        if (best == 0 || best < weights[IDENTITY.ordinal()]) {
            return IDENTITY;
        }
        return best == brWeight ? BR : GZIP;
    }

    private static int said(int weight, int any) {
        return Math.max(0, weight == UNSAID ? any : weight);
    }

    /** In thousandths; what is no weight is 0. */
    private static int weight(String parameter) {
        if (!parameter.matches("[qQ]=(0(\\.[0-9]{0,3})?|1(\\.0{0,3})?)")) {
            return 0;
        }
        return (int) Math.round(Double.parseDouble(parameter.substring(2)) * 1000);
    }
}
