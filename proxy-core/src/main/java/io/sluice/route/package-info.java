/**
 * Which route a request takes, by host, path, method, fields and query. Entry type: {@link io.sluice.route.Router}.
 * Depends on filter, service, http and config.
 */
package io.sluice.route;
