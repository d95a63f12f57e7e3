/**
 * What the operator wrote, as immutable records with every default filled in, and the reader that turns YAML and the
 * environment into them or into a list of problems. Entry type: {@link io.sluice.config.ConfigReader}. Depends on
 * nothing of ours and not on Netty.
 */
package io.sluice.config;
