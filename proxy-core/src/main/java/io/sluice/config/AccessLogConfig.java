package io.sluice.config;

/**
 * Where a line per request goes. <em>Immutable.</em>
 *
 * @param path   {@code stdout}, {@code stderr}, {@code off}, or a file
 * @param format how a line looks
 * @param queue  lines that may wait for the writer; further ones are dropped and counted
 */
public record AccessLogConfig(String path, Format format, int queue) {

    /** How a line looks. */
    public enum Format {
        /** One JSON object a line. */
        JSON,
        /** The Common Log Format. */
        COMMON,
        /** The same, and what TLS the client speaks. */
        COMMON_TLS
    }

    /** Whether any line is written at all. */
    public boolean enabled() {
        return !path.equals("off");
    }
}
