package io.sluice.cli;

import io.netty.util.Version;
import io.sluice.transport.Transport;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Properties;

/** What this program was built from and runs on. <em>Immutable.</em> */
final class Build {
    private Build() {}

    /** Sluice's own version. */
    static String version() {
        try (InputStream in = Build.class.getResourceAsStream("build.properties")) {
            Properties properties = new Properties();
            properties.load(in);
            return properties.getProperty("version");
        } catch (IOException e) {
            throw new IllegalStateException("build.properties can't be read", e);
        }
    }

    /** The version of Netty on the class path. */
    static String nettyVersion() {
        Version version = Version.identify().get("netty-transport");
        return version == null ? "unknown" : version.artifactVersion();
    }

    /** The transport's name as people write it. */
    static String transportName(Transport transport) {
        return transport.name().toLowerCase(Locale.ROOT);
    }

    /** How bytes could cross from socket to socket, or from file to socket, without being copied, on this system. */
    static String zeroCopyMechanisms(String osName) {
        if (osName.equals("Linux")) {
            return "sendfile+splice";
        }
        return osName.startsWith("Mac") ? "sendfile" : "none";
    }
}
