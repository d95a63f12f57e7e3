package io.sluice.server;

import io.sluice.config.ConfigDiff;
import java.util.List;

/**
 * What came of a reload. <em>Immutable.</em>
 *
 * @param revision how many configurations have been put in force since the start, that one included
 * @param diff     what the new configuration changes (or would have changed); nothing, where it could not be read
 * @param problems why all stayed as it was; empty = the new configuration is in force
 */
public record ReloadResult(long revision, ConfigDiff diff, List<String> problems) {

    /** Whether the new configuration is in force. */
    public boolean accepted() {
        return problems.isEmpty();
    }

    /** What an operator reads. */
    public List<String> lines() {
        return accepted() ? diff.lines() : problems;
    }
}
