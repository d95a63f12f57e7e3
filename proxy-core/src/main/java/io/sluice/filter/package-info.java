/**
 * What is done to heads on their way: edits that a route asks for, and the forwarding fields every request gets. Entry
 * types: {@link io.sluice.filter.RequestFilter}, {@link io.sluice.filter.Forwarding}. Depends on http and config.
 */
package io.sluice.filter;
