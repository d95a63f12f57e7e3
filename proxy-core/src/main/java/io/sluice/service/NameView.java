package io.sluice.service;

import java.time.Instant;
import java.util.List;

/**
 * What is known of a name at one moment, for people. <em>Immutable.</em>
 *
 * @param name         as configured; that of SRV records behind {@code srv:}
 * @param addresses    what it stands for: the last good answer
 * @param result       the word for what became of the last question; {@code unasked} before
 * @param goodAt       when it was last answered in full; null = never
 * @param failingSince when questions began to fail; null = the last did not
 */
public record NameView(
        String name, List<String> addresses, String result, Instant goodAt, Instant failingSince) {}
