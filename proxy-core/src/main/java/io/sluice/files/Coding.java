package io.sluice.files;

import io.sluice.http.AcceptEncoding;
import io.sluice.http.RequestHead;

/** How a file's bytes may be coded (RFC 9110 §8.4.1), in the order of preference. <em>Immutable.</em> */
enum Coding {
    BR("br", ".br"),
    GZIP("gzip", ".gz"),
    IDENTITY("", "");

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
        AcceptEncoding accepted = AcceptEncoding.of(head);
        int brWeight = br ? accepted.br() : 0;
        int gzipWeight = gzip ? accepted.gzip() : 0;
        int best = Math.max(brWeight, gzipWeight);
        if (best == 0 || best < accepted.identity()) {
            return IDENTITY;
        }
        return best == brWeight ? BR : GZIP;
    }
}
