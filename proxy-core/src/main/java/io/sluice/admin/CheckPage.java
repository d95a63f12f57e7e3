package io.sluice.admin;

import io.sluice.config.ConfigDiff;
import io.sluice.config.ConfigException;
import io.sluice.config.ConfigReader;
import io.sluice.config.Problem;
import io.sluice.config.SluiceConfig;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * {@code POST /check}: what a reload would change if the configuration in the body were in the file; nothing is put in force.
 * 200 with the lines that people read, 422 with the problems. <em>Immutable.</em>
 *
 * <p>The body is what the file needs of the environment, a line {@code NAME=value} each with the value in base64; an empty
 * line; and the file. The process' own environment is not read: it has secrets, and who asks could have them shown.
 *
 * @param inForce what it is compared with
 */
record CheckPage(Supplier<SluiceConfig> inForce) implements AdminPage {
    /** The file's longest form, and as much again for what it needs. */
    static final int BODY_BYTES_MAX = 2 << 20;
    /** Says that it is this page that answers, not something else that answers 200 to everything. */
    static final String ANSWERED = "Sluice-Check: 1";

    private static final Pattern VARIABLE = Pattern.compile("([A-Za-z_][A-Za-z0-9_]{0,255})=([A-Za-z0-9+/]*={0,2})");
    private static final int FILE_BYTES_MAX = 1 << 20;
    private static final int VARIABLES_MAX = 1000;

    @Override
    public Answer answer(AdminRequest request) {
        request.parameters();
        byte[] body = request.body();
        int file = fileStart(body);
        Map<String, String> environment = environment(text(body, 0, Math.max(0, file - 1)));
        if (body.length - file > FILE_BYTES_MAX) {
            throw new Refused(413, "found a configuration of %d bytes; expected at most %d"
                    .formatted(body.length - file, FILE_BYTES_MAX));
        }
        SluiceConfig wanted;
        try {
            wanted = new ConfigReader(environment).read("posted", text(body, file, body.length));
        } catch (ConfigException e) {
            throw new Refused(422, e.problems().stream().map(Problem::toString).collect(Collectors.joining("\n")), ANSWERED);
        }
        List<String> lines = ConfigDiff.of(inForce.get(), wanted).lines();
        return Answer.text(200, String.join("\n", lines)).with(List.of(ANSWERED));
    }

    /** Where the file begins: behind the first empty line. */
    private static int fileStart(byte[] body) {
        for (int i = 0; i < body.length; i++) {
            if (body[i] == '\n' && (i == 0 || body[i - 1] == '\n')) {
                return i + 1;
            }
        }
        throw new Refused(400, "found no empty line; expected one between the variables, if there are any, and the configuration");
    }

    private static String text(byte[] bytes, int from, int to) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, from, to - from)).toString();
        } catch (CharacterCodingException e) {
            throw new Refused(400, "found bytes that are no text in UTF-8; expected a configuration");
        }
    }

    private static Map<String, String> environment(String lines) {
        Map<String, String> environment = new HashMap<>();
        List<String> each = Arrays.stream(lines.split("\n")).filter(line -> !line.isEmpty()).toList();
        if (each.size() > VARIABLES_MAX) {
            throw new Refused(400, "found %d variables; expected at most %d".formatted(each.size(), VARIABLES_MAX));
        }
        for (int i = 0; i < each.size(); i++) {
            Matcher variable = VARIABLE.matcher(each.get(i));
            String value = variable.matches() ? decoded(variable.group(2)) : null;
            if (value == null || environment.put(variable.group(1), value) != null) {
                // Not what stands there: it may be a secret, or half of one.
                throw new Refused(400, "line %d: found something else; expected NAME=value, each name once, with the value in base64"
                        .formatted(i + 1));
            }
        }
        return environment;
    }

    /** Null if it is none. */
    private static String decoded(String base64) {
        try {
            byte[] bytes = Base64.getDecoder().decode(base64);
            return text(bytes, 0, bytes.length);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
