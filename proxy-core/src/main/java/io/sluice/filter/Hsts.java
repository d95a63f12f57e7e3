package io.sluice.filter;

import io.sluice.config.HstsConfig;
import io.sluice.http.HeaderLine;
import io.sluice.http.ResponseHead;
import java.nio.charset.StandardCharsets;

/** Says Strict-Transport-Security in place of whoever did before (RFC 6797 §6.1); for responses over TLS only (§7.2). <em>Immutable.</em> */
public final class Hsts implements ResponseFilter {
    private static final String NAME = "Strict-Transport-Security";
    private static final byte[] LOWER_CASE = "strict-transport-security".getBytes(StandardCharsets.US_ASCII);

    private final HeaderLine line;

    private Hsts(HstsConfig config) {
        this.line = HeaderLine.of(NAME, "max-age=" + config.maxAge().toSeconds()
                + (config.includeSubDomains() ? "; includeSubDomains" : "") + (config.preload() ? "; preload" : ""));
    }

    /** Null = nothing is configured. */
    public static Hsts of(HstsConfig config) {
        return config == null ? null : new Hsts(config);
    }

    @Override
    public void apply(ResponseHead head) {
        head.dropAll(LOWER_CASE);
        head.append(line);
    }
}
