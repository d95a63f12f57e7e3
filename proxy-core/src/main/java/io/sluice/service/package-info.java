/**
 * Services: sets of endpoints that answer the same, the choice of one, and what is known of each one's fitness. Entry type:
 * {@link io.sluice.service.Service}. Depends on tls, transport, telemetry, http and config.
 */
package io.sluice.service;
