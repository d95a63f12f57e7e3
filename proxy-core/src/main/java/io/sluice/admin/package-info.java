/**
 * The admin address: dashboard, probes, metrics, what is in force and going on, commands. Entry type: {@link
 * io.sluice.admin.AdminServer}; what there is, is in {@code AdminTable}. Depends on server, service, telemetry, config.
 */
package io.sluice.admin;
