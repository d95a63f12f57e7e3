/**
 * Services: sets of endpoints that answer the same, and the choice of one. Entry type: {@link io.sluice.service.Service}.
 * Depends on http and config (and on transport and telemetry once health checks come).
 */
package io.sluice.service;
