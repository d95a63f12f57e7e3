package io.sluice.config;

import java.time.Duration;

/**
 * How many requests a service gets at once, and how many may wait. <em>Immutable.</em>
 *
 * @param requests            in flight to all its endpoints together; {@link Integer#MAX_VALUE} = unlimited
 * @param requestsPerEndpoint in flight to each; {@link Integer#MAX_VALUE} = unlimited
 * @param queue               requests that may wait; 0 = none
 * @param queueTime           how long each may
 */
public record ServiceLimitConfig(int requests, int requestsPerEndpoint, int queue, Duration queueTime) {
    /** Whether there is any limit. */
    public boolean limited() {
        return requests != Integer.MAX_VALUE || requestsPerEndpoint != Integer.MAX_VALUE;
    }
}
