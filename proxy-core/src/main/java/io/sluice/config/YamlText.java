package io.sluice.config;

import io.sluice.config.ConfigNode.Field;
import io.sluice.config.ConfigNode.Fields;
import io.sluice.config.ConfigNode.Items;
import io.sluice.config.ConfigNode.Place;
import io.sluice.config.ConfigNode.Refused;
import io.sluice.config.ConfigNode.Text;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Turns YAML 1.2 text into nodes with places. The nodes are built from the parser's events rather than by its composer,
 * so that depth is bounded before anything recurses and that aliases, which make small files large, never expand.
 * <em>Loop-confined</em> to the one call of {@link #parse}.
 */
final class YamlText {
    /** Far deeper than any configuration goes. */
    private static final int DEPTH_MAX = 32;

    private final String source;
    private final String yaml;
    private final List<Problem> problems;
    private final Iterator<Event> events;

    private YamlText(String source, String yaml, List<Problem> problems) {
        this.source = source;
        this.yaml = yaml;
        this.problems = problems;
        LoadSettings settings = LoadSettings.builder().setLabel(source).build();
        this.events = new Parse(settings).parseString(yaml).iterator();
    }

    /**
     * Parses a text of one document.
     *
     * @param problems receives what is wrong
     * @return empty if there is no document to go on with; then there is a problem that says why
     */
    static Optional<ConfigNode> parse(String source, String yaml, List<Problem> problems) {
        YamlText text = new YamlText(source, yaml, problems);
        try {
            return text.document();
        } catch (MarkedYamlEngineException e) {
            Optional<Mark> mark = unclosed(e) ? e.getContextMark() : e.getProblemMark();
            problems.add(mark.map(text::place).orElse(new Place(source, 1, 1)).problem("", sentence(e)));
        } catch (ReaderException e) {
            Place place = text.placeOf(e.getPosition());
            problems.add(place.problem(
                    "", "found the character U+%04X; expected text that YAML allows".formatted(e.getCodePoint())));
        } catch (YamlEngineException e) {
            problems.add(new Place(source, 1, 1).problem("", "this is not valid YAML: " + e.getMessage()));
        }
        return Optional.empty();
    }

    private Optional<ConfigNode> document() {
        events.next();
        Event start = events.next();
        if (start.getEventId() == Event.ID.StreamEnd) {
            problems.add(new Place(source, 1, 1).problem("", "found nothing; expected at least listeners and routes"));
            return Optional.empty();
        }
        Optional<ConfigNode> root = node(events.next(), 0);
        if (root.isEmpty()) {
            return root;
        }
        events.next();
        Event after = events.next();
        if (after.getEventId() != Event.ID.StreamEnd) {
            problems.add(place(after).problem("", "found a second document; expected one document in a file"));
        }
        return root;
    }

    /** Empty if it is nested too deeply to go on. */
    private Optional<ConfigNode> node(Event event, int depth) {
        Place place = place(event);
        if (depth > DEPTH_MAX) {
            problems.add(place.problem(
                    "", "found more than %d levels of nesting; expected fewer".formatted(DEPTH_MAX)));
            return Optional.empty();
        }
        boolean refused = refused(event, place);
        Optional<ConfigNode> node =
                switch (event.getEventId()) {
                    case Alias -> Optional.of(new Refused(place));
                    case Scalar -> {
                        ScalarEvent scalar = (ScalarEvent) event;
                        yield Optional.of(new Text(scalar.getValue(), scalar.isPlain(), place));
                    }
                    case SequenceStart -> items(place, depth);
                    case MappingStart -> fields(place, depth);
                    default -> throw new IllegalStateException("no node begins with " + event);
                };
        return refused ? node.map(_ -> new Refused(place)) : node;
    }

    private Optional<ConfigNode> items(Place place, int depth) {
        List<ConfigNode> items = new ArrayList<>();
        for (Event event = events.next(); event.getEventId() != Event.ID.SequenceEnd; event = events.next()) {
            Optional<ConfigNode> item = node(event, depth + 1);
            if (item.isEmpty()) {
                return item;
            }
            items.add(item.get());
        }
        return Optional.of(new Items(items, place));
    }

    private Optional<ConfigNode> fields(Place place, int depth) {
        List<Field> fields = new ArrayList<>();
        Map<String, Place> seen = new HashMap<>();
        for (Event event = events.next(); event.getEventId() != Event.ID.MappingEnd; event = events.next()) {
            Optional<ConfigNode> key = node(event, depth + 1);
            Optional<ConfigNode> value = key.flatMap(_ -> node(events.next(), depth + 1));
            if (value.isEmpty()) {
                return value;
            }
            switch (key.get()) {
                case Text text -> {
                    Place first = seen.putIfAbsent(text.text(), text.place());
                    if (first == null) {
                        fields.add(new Field(text, value.get()));
                    } else {
                        problems.add(text.place().problem(
                                text.text(),
                                "found it a second time; expected each key once (it stands on line %d already)"
                                        .formatted(first.line())));
                    }
                }
                case Refused _ -> {}
                case Items items -> problems.add(complexKey(items.place()));
                case Fields mapping -> problems.add(complexKey(mapping.place()));
            }
        }
        return Optional.of(new Fields(fields, place));
    }

    private static Problem complexKey(Place place) {
        return place.problem(
                "", "found a key that is a list or a mapping; expected a word (quote a value that begins with { or [)");
    }

    private boolean refused(Event event, Place place) {
        String alias = event instanceof AliasEvent it ? it.getAlias().getValue() : null;
        if (alias != null) {
            problems.add(place.problem(
                    "",
                    "found the alias *%s; expected the value itself (aliases are not supported; if the star belongs to the"
                            .formatted(alias)
                            + " value, quote it: \"*%s\")".formatted(alias)));
            return true;
        }
        Optional<Anchor> anchor = event instanceof NodeEvent it ? it.getAnchor() : Optional.empty();
        if (anchor.isPresent()) {
            problems.add(place.problem(
                    "",
                    "found the anchor &%s; expected a value without one (aliases are not supported; quote a value that"
                            .formatted(anchor.get().getValue())
                            + " begins with &)"));
            return true;
        }
        Optional<String> tag =
                switch (event) {
                    case ScalarEvent it -> it.getTag();
                    case CollectionStartEvent it -> it.getTag();
                    default -> Optional.empty();
                };
        tag.ifPresent(it -> problems.add(place.problem(
                "",
                "found the tag %s; expected a value without one (quote a value that begins with !)".formatted(it))));
        return tag.isPresent();
    }

    /** Then the place to go to is where it opens, not where the file ends. */
    private static boolean unclosed(MarkedYamlEngineException e) {
        return String.valueOf(e.getContext()).contains("quoted scalar")
                && String.valueOf(e.getProblem()).contains("end of stream");
    }

    /** The commonest slips in plain words; the parser's own words for the rest. */
    private static String sentence(MarkedYamlEngineException e) {
        String problem = String.valueOf(e.getProblem()).strip();
        if (problem.contains("'\\t") || problem.contains("TAB")) {
            return "found a tab; expected spaces (YAML allows no tabs in indentation)";
        }
        if (String.valueOf(e.getContext()).contains("alias")) {
            return "found a value that begins with *; expected it in quotes: \"*\"";
        }
        if (unclosed(e)) {
            return "found a quote that is never closed; expected the closing one";
        }
        if (problem.contains("mapping values are not allowed here")) {
            return "found a colon that begins a second value here; expected a key on its own line, or the value in quotes";
        }
        if (problem.contains("block end")) {
            return "found something that is indented differently from the lines above it; expected the same indentation";
        }
        return "this is not valid YAML: " + problem;
    }

    private Place place(Event event) {
        return event.getStartMark().map(this::place).orElse(new Place(source, 1, 1));
    }

    private Place place(Mark mark) {
        return new Place(source, mark.getLine() + 1, mark.getColumn() + 1);
    }

    /** The place of a character, counted in code points from 0. */
    private Place placeOf(int position) {
        int end = yaml.offsetByCodePoints(0, Math.min(position, yaml.codePointCount(0, yaml.length())));
        String before = yaml.substring(0, end);
        int line = 1 + (int) before.chars().filter(c -> c == '\n').count();
        return new Place(source, line, end - before.lastIndexOf('\n'));
    }
}
