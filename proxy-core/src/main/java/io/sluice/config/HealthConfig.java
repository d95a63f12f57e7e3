package io.sluice.config;

import java.time.Duration;
import java.util.List;

/**
 * What is done about endpoints that fail. <em>Immutable.</em>
 *
 * @param check     how each is asked whether it is well; null = not at all
 * @param ejection  when one is left out because requests to it failed; null = never
 * @param slowStart how long the share of one that came back grows up to its weight; zero = at once
 */
public record HealthConfig(Check check, Ejection ejection, Duration slowStart) {
    /** What a check asks. */
    public enum Protocol {
        /** For a response that is as it should be. */
        HTTP,
        /** Whether gRPC's health service says that it is serving. */
        GRPC,
        /** Whether it accepts a connection. */
        TCP
    }

    /**
     * A check of every endpoint at intervals.
     *
     * @param path     what HTTP asks for, with its query; null for the others
     * @param host     what HTTP and gRPC say in Host; null = the endpoint's address
     * @param statuses what HTTP may answer
     * @param service  what gRPC asks for; empty = the endpoint as a whole
     * @param body     what must be found in the body HTTP answers; null = anything
     * @param interval from the beginning of one check to that of the next, a tenth more or less
     * @param timeout  for connection and answer together
     * @param fall     failures in a row that take an endpoint out
     * @param rise     successes in a row that bring it back
     */
    public record Check(
            Protocol protocol,
            String path,
            String host,
            List<StatusRange> statuses,
            String service,
            String body,
            Duration interval,
            Duration timeout,
            int fall,
            int rise) {}

    /**
     * How failed requests take an endpoint out.
     *
     * @param failures   in a row
     * @param time       for how long; the n-th time in a row n times as long
     * @param maxTime    never longer; at least {@code time}
     * @param maxPercent never so that more of the endpoints are out
     * @param statuses   of responses that count as failures
     */
    public record Ejection(int failures, Duration time, Duration maxTime, int maxPercent, List<StatusRange> statuses) {}
}
