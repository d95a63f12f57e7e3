package io.sluice.route;

import io.sluice.config.RetryConfig;
import io.sluice.config.ZeroCopyConfig;
import io.sluice.filter.Compression;
import io.sluice.filter.Hsts;
import io.sluice.filter.RateLimit;
import io.sluice.filter.RequestFilter;
import io.sluice.filter.ResponseFilter;
import java.util.List;

/**
 * A compiled route. <em>Immutable.</em>
 *
 * @param index           its place among the snapshot's routes, from 0, as metrics count it
 * @param name            its name; {@code -} for the two that answer when no configured route does
 * @param requestFilters  in order
 * @param responseFilters in order
 * @param compression     which responses are compressed, behind these filters; null = none
 * @param grpcWeb         whether gRPC-Web calls are translated for the service
 * @param hsts            what responses over TLS say; null = as the listener's
 * @param action          who answers
 * @param deadlines       what may take how long
 * @param requestBodyMax  bytes; {@link Long#MAX_VALUE} = unlimited
 * @param retry           when a failed attempt is made again
 * @param zeroCopy        which bodies cross inside the kernel
 * @param rateLimit       how many requests it takes; null = as many as come
 */
public record Route(
        int index,
        String name,
        List<RequestFilter> requestFilters,
        List<ResponseFilter> responseFilters,
        Compression compression,
        boolean grpcWeb,
        Hsts hsts,
        Action action,
        Deadlines deadlines,
        long requestBodyMax,
        RetryConfig retry,
        ZeroCopyConfig zeroCopy,
        RateLimit rateLimit) {}
