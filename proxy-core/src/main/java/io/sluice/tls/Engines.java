package io.sluice.tls;

import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslProvider;

/**
 * What encrypts: BoringSSL where its library is there for this system, else the JDK. <em>Immutable.</em>
 *
 * @param provider as Netty calls it
 * @param why      what a log says of it
 */
public record Engines(SslProvider provider, String why) {

    /** Whether it staples OCSP responses. */
    public boolean staples() {
        return provider != SslProvider.JDK;
    }

    /** What this system has. The first call loads a native library. */
    public static Engines detect() {
        if (OpenSsl.isAvailable()) {
            return new Engines(SslProvider.OPENSSL_REFCNT, OpenSsl.versionString());
        }
        Throwable cause = OpenSsl.unavailabilityCause();
        return new Engines(SslProvider.JDK, "the JDK's, as there is no native library: " + (cause == null ? "unknown" : cause.getMessage()));
    }
}
