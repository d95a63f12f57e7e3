package io.sluice.admin;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * {@code /loglevel}: what is logged, and {@code POST /loglevel?logger=io.sluice.admin&level=debug}, which changes it until
 * the process ends. <em>Immutable.</em>
 *
 * @param levels of the logging backend
 */
record LogLevelPage(LogLevels levels) implements AdminPage {
    private static final List<String> WORDS = List.of("TRACE", "DEBUG", "INFO", "WARN", "ERROR");

    @Override
    public Answer answer(AdminRequest request) {
        if (request.method().equals("POST")) {
            Map<String, String> parameters = request.parameters("logger", "level");
            String logger = parameters.getOrDefault("logger", "");
            String level = parameters.getOrDefault("level", "").toUpperCase(Locale.ROOT);
            if (!WORDS.contains(level)) {
                throw new Refused(400, "level: found %s; expected one of: trace, debug, info, warn, error"
                        .formatted(JsonText.quoted(parameters.getOrDefault("level", ""))));
            }
            if (!logger.matches("([A-Za-z_$][A-Za-z0-9_$]*(\\.[A-Za-z_$][A-Za-z0-9_$]*)*)?") || logger.length() > 200) {
                throw new Refused(400, "logger: found %s; expected the name of a package or class, or nothing for all"
                        .formatted(JsonText.quoted(logger)));
            }
            levels.set(logger, level);
        } else {
            request.parameters();
        }
        JsonText json = new JsonText().object().object("levels");
        levels.levels().forEach((name, level) -> json.field(name, level));
        return Answer.json(json.end().end());
    }
}
