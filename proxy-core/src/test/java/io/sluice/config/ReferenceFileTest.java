package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.ConfigNode.Field;
import io.sluice.config.ConfigNode.Fields;
import io.sluice.config.ConfigNode.Items;
import io.sluice.config.ConfigNode.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** config/reference.yaml says of every key what the table says; {@code -Dsluice.rewrite=true} writes its comments anew. */
final class ReferenceFileTest {
    private static final Path FILE = Golden.CONFIG.resolve("reference.yaml");
    private static final int WIDTH = 110;

    /** Where each key first stands, by its pattern, and all that is written under it. */
    private final Map<String, Integer> lines = new LinkedHashMap<>();

    private final Map<String, List<String>> texts = new LinkedHashMap<>();

    @Test
    void holdsEveryKeyAndItsDefault() throws IOException {
        walk(parse(Files.readString(FILE)), "");

        Set<String> missing = KeyReference.keys()
                .map(Key::path)
                .filter(path -> !lines.containsKey(path))
                .collect(Collectors.toSet());
        assertThat(missing).isEmpty();
        KeyReference.keys()
                .filter(key -> key.fallback() != null)
                .forEach(key -> assertThat(texts.get(key.path())).as(key.path()).contains(key.fallback()));
        KeyReference.keys()
                .filter(key -> key.inherits() != null && key.type() != null)
                .forEach(key -> assertThat(texts.get(key.path()))
                        .as(key.path())
                        .contains(KeyReference.key(key.inherits()).fallback()));
    }

    @Test
    void explainsEveryKeyInTheWordsOfTheTable() throws IOException {
        List<String> bare = Files.readAllLines(FILE).stream()
                .filter(line -> !line.strip().startsWith("# "))
                .toList();
        walk(parse(String.join("\n", bare)), "");
        Map<Integer, Key> keyOfLine = new LinkedHashMap<>();
        lines.forEach((pattern, line) -> {
            Key key = KeyReference.key(pattern);
            boolean named = !pattern.isEmpty() && !pattern.endsWith("[]") && !pattern.endsWith(".*");
            if (named && bare.get(line - 1).strip().replaceFirst("^- ", "").startsWith(key.name() + ":")) {
                keyOfLine.put(line, key);
            }
        });

        List<String> commented = new ArrayList<>();
        for (int line = 1; line <= bare.size(); line++) {
            if (keyOfLine.containsKey(line)) {
                commented.addAll(comment(keyOfLine.get(line), bare.get(line - 1)));
            }
            commented.add(bare.get(line - 1));
        }

        assertThat(keyOfLine.values())
                .containsAll(KeyReference.keys()
                        .filter(key -> !key.path().endsWith("[]") && !key.path().endsWith(".*"))
                        .toList());
        Golden.check(FILE, String.join("\n", commented) + "\n");
    }

    @Test
    void statesTheRuleOfPathsBesideThePath() throws IOException {
        String text = Files.readString(FILE).replaceAll("\\s*\\n\\s*#+\\s*", " ");

        assertThat(text)
                .contains("If these would pick different routes the request is refused with 400; else it is forwarded as"
                        + " received.");
    }

    private static List<String> comment(Key key, String line) {
        String indent = line.substring(0, line.length() - line.stripLeading().length());
        Key named = KeyReference.key(key.path() + ".*");
        String meaning = key.meaning() + (named == null || named.type() == null ? "" : " " + named.meaning());
        List<String> out = new ArrayList<>(wrap(indent, meaning));
        String type = key.type() == null ? "" : key.expected();
        String text = key.defaultText().isEmpty() ? "\"\"" : key.defaultText();
        String otherwise = key.says() ? "default: " + text : key.isRequired() ? text : "";
        if (!type.isEmpty() || !otherwise.isEmpty()) {
            out.addAll(wrap(indent, "(" + type + (type.isEmpty() || otherwise.isEmpty() ? "" : "; ") + otherwise + ")"));
        }
        return out;
    }

    private static List<String> wrap(String indent, String text) {
        List<String> out = new ArrayList<>();
        StringBuilder line = new StringBuilder(indent + "#");
        for (String word : text.split(" ")) {
            if (line.length() + 1 + word.length() > WIDTH) {
                out.add(line.toString());
                line = new StringBuilder(indent + "#");
            }
            line.append(' ').append(word);
        }
        out.add(line.toString());
        return out;
    }

    private static ConfigNode parse(String text) {
        List<Problem> problems = new ArrayList<>();
        ConfigNode root = YamlText.parse("reference.yaml", text, problems).orElseThrow();
        assertThat(problems).isEmpty();
        return root;
    }

    private void walk(ConfigNode node, String pattern) {
        lines.putIfAbsent(pattern, node.place().line());
        switch (node) {
            case Text text -> texts.computeIfAbsent(pattern, _ -> new ArrayList<>()).add(text.text());
            case Items items -> items.items().forEach(item -> walk(item, pattern + "[]"));
            case Fields fields -> {
                for (Field field : fields.fields()) {
                    String named = KeyReference.join(pattern, field.key().text());
                    String at = KeyReference.key(named) == null ? KeyReference.join(pattern, "*") : named;
                    assertThat(KeyReference.key(at)).as(named).isNotNull();
                    lines.putIfAbsent(at, field.key().place().line());
                    walk(field.value(), at);
                }
            }
            case ConfigNode.Refused refused -> throw new AssertionError("refused at " + refused.place());
        }
    }
}
