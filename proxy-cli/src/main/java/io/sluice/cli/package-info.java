/**
 * The command line: arguments, signals, exit codes, the demo, and the run that trains the start-up cache. Entry type:
 * {@link io.sluice.cli.Sluice}. Depends on server, admin, transport, config.
 */
package io.sluice.cli;
