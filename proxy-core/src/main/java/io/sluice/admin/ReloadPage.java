package io.sluice.admin;

import io.sluice.config.ConfigDiff;
import io.sluice.server.ReloadResult;
import java.util.List;
import java.util.function.Supplier;

/**
 * {@code POST /reload}: reads the configuration file again, and says what came of it: 200 with what was added, changed,
 * removed and kept; 422 with the problems, and all is as it was. <em>Immutable.</em>
 *
 * @param reload does it, and returns when it is done; null from it = there is nothing to read again
 */
record ReloadPage(Supplier<ReloadResult> reload) implements AdminPage {

    @Override
    public Answer answer(AdminRequest request) {
        request.parameters();
        ReloadResult result = reload.get();
        if (result == null) {
            throw new Refused(409, "the proxy was not started from a file; there is nothing to read again");
        }
        if (!result.accepted()) {
            throw new Refused(422, "all stays as it is:\n" + String.join("\n", result.problems()));
        }
        JsonText json = new JsonText().object().field("revision", result.revision());
        ConfigDiff diff = result.diff();
        part("listeners", diff.listeners(), json);
        part("routes", diff.routes(), json);
        part("services", diff.services(), json);
        part("endpoints", diff.endpoints(), json);
        list("settings", diff.settings(), json);
        list("needRestart", diff.needRestart(), json);
        return Answer.json(json.end());
    }

    private static void part(String name, ConfigDiff.Part part, JsonText to) {
        to.object(name);
        list("added", part.added(), to);
        list("changed", part.changed(), to);
        list("removed", part.removed(), to);
        list("kept", part.kept(), to);
        to.end();
    }

    private static void list(String name, List<String> values, JsonText to) {
        to.array(name);
        values.forEach(to::value);
        to.end();
    }
}
