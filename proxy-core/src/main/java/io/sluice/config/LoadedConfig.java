package io.sluice.config;

import java.util.List;

/**
 * A configuration with what else reading it has shown. <em>Immutable.</em>
 *
 * @param config   valid and complete
 * @param origins  where each value in force came from
 * @param warnings what works, but is probably not meant
 */
public record LoadedConfig(SluiceConfig config, Origins origins, List<Problem> warnings) {}
