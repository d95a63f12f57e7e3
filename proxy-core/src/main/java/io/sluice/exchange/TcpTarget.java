package io.sluice.exchange;

import io.sluice.config.RetryConfig;
import io.sluice.service.Service;
import io.sluice.telemetry.ExchangeMeters;

/**
 * Where the connections of a raw TCP listener go. <em>Immutable.</em>
 *
 * @param service the one it names
 * @param meters  of its connections
 * @param budget  what keeps retries to the service few
 * @param retry   when another endpoint is tried
 */
record TcpTarget(Service service, ExchangeMeters meters, RetryBudget budget, RetryConfig retry) {}
