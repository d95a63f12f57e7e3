package io.sluice.acme;

import io.sluice.pem.Identity;

/** Where the proof is shown that a name is ours. <em>Thread-safe.</em> */
public interface Challenges {

    /** Something that is shown. <em>Ends</em> by {@link #close}. */
    interface Shown extends AutoCloseable {
        /** Shows it no more; idempotent. */
        @Override
        void close();
    }

    /**
     * Answers requests for this token (RFC 8555 §8.3).
     *
     * @param token only letters, digits, - and _
     * @param text  the whole answer
     */
    Shown http(String token, String text);

    /**
     * Answers handshakes for this name that offer acme-tls/1 and nothing else (RFC 8737 §3).
     *
     * @param certificate made for it
     */
    Shown tls(String name, Identity certificate);
}
