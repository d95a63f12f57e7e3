package io.sluice.config;

import java.time.Duration;
import java.util.List;

/**
 * How a client's further requests find the endpoint that had its first one: by a cookie of the proxy's. <em>Immutable.</em>
 *
 * @param cookie   its name; no other cookie of the site may have it
 * @param secrets  at least one; the first signs, each is believed
 * @param maxAge   how long the client keeps it, whole seconds; zero = until the browser is closed
 * @param path     below which path the client sends it
 * @param sameSite whether requests that other sites cause carry it
 * @param secure   whether it is sent over encrypted connections only
 */
public record StickyConfig(
        String cookie, List<Secret> secrets, Duration maxAge, String path, SameSite sameSite, Secure secure) {
    /** Which requests of other sites' making carry the cookie. */
    public enum SameSite {
        /** None. */
        STRICT,
        /** Those that lead the user here. */
        LAX,
        /** All. */
        NONE
    }

    /** When the cookie is for encrypted connections only. */
    public enum Secure {
        /** Where the client's request came by one, as far as that is known. */
        AUTO,
        /** Always. */
        ALWAYS,
        /** Never. */
        NEVER
    }
}
