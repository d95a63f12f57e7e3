/**
 * The admin address: probes and metrics. Entry type: {@link io.sluice.admin.AdminServer}. Depends on server, telemetry,
 * config.
 */
package io.sluice.admin;
