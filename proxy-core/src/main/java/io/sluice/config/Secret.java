package io.sluice.config;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** A value that nothing shows: no log, no problem, no page. <em>Immutable.</em> */
public final class Secret {
    /** What is shown in its place. */
    public static final String HIDDEN = "(hidden)";

    private static final String ALGORITHM = "HmacSHA256";

    private final byte[] bytes;

    /** Creates it. */
    public Secret(String text) {
        this.bytes = text.getBytes(StandardCharsets.UTF_8);
    }

    /** Whether a text is this secret; how long that takes tells nothing of how much of it is right. */
    public boolean matches(String text) {
        return MessageDigest.isEqual(bytes, text.getBytes(StandardCharsets.UTF_8));
    }

    /** The text itself, for whoever has to send it; to be shown to nobody. */
    public String reveal() {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** An HMAC-SHA256 with this secret as its key, ready to sign; a new one each time (RFC 2104). */
    public Mac mac() {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(bytes, ALGORITHM));
            return mac;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has " + ALGORITHM, e);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Secret secret && MessageDigest.isEqual(bytes, secret.bytes);
    }

    @Override
    public int hashCode() {
        return Secret.class.hashCode();
    }

    @Override
    public String toString() {
        return HIDDEN;
    }
}
