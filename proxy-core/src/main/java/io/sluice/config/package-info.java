/**
 * What the operator wrote, as immutable records with every default filled in, and the reader that turns YAML and the
 * environment into them or into a list of problems. Everything known about a key stands once, in {@code KeyTable}: it drives
 * reading, checking, suggestions, {@code explain}, the JSON Schema and the comments of config/reference.yaml. Entry types:
 * {@link io.sluice.config.ConfigReader}, {@link io.sluice.config.KeyReference}. Depends on nothing of ours and not on Netty;
 * on SnakeYAML Engine for YAML and on RE2/J to check patterns.
 */
package io.sluice.config;
