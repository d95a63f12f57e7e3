/**
 * The life of the process's proxy: start, drain, stop, on one page. Entry type: {@link io.sluice.server.SluiceServer}.
 * Depends on everything below it.
 */
package io.sluice.server;
