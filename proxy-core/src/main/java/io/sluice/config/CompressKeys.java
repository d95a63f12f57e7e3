package io.sluice.config;

import static io.sluice.config.Key.list;
import static io.sluice.config.Key.section;
import static io.sluice.config.Key.value;
import static io.sluice.config.ValueType.choice;
import static io.sluice.config.ValueType.ordered;
import static io.sluice.config.ValueType.size;
import static io.sluice.config.ValueType.whole;

import io.sluice.config.FilterConfig.Coding;
import io.sluice.config.FilterConfig.Compress;
import io.sluice.config.FilterConfig.Levels;
import java.util.List;
import java.util.Locale;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;

/** The keys of the filter that compresses. <em>Immutable.</em> */
final class CompressKeys {
    private static final String AT = "routes[].filters[].compress";
    private static final String NAME = "compress";
    private static final Pattern TYPE = Pattern.compile(
            "(?i)[a-z0-9!#$&^_.+-]{1,64}/(\\*(\\+[a-z0-9!#$&^_.-]{1,64})?|[a-z0-9!#$&^_.+-]{1,64})");
    private static final ValueType TYPES = ValueType.of(
            "a media type without parameters such as text/html, text/* or application/*+json", text -> {
                if (!TYPE.matcher(text).matches()) {
                    throw new Mismatch(text.contains(";") ? "without parameters" : "");
                }
                return text.toLowerCase(Locale.ROOT);
            });
    /** What is worth it, and isn't compressed in itself. */
    private static final List<String> TEXT_LIKE = List.of(
            "text/*", "application/json", "application/*+json", "application/javascript", "application/xml",
            "application/*+xml", "application/wasm", "image/svg+xml", "font/ttf", "font/otf");

    private CompressKeys() {}

    static List<Key> all() {
        return List.of(
                section(AT, "Compresses responses for clients that take it, behind all other filters; or just compress: on. Not"
                                + " those that are coded already, parts of a resource, what forbids it by no-transform, and what"
                                + " redirect and respond say.")
                        .orValue(choice(ordered("on", "on"))),
                list(AT + ".codings", "What to choose from, in our order: it decides where a client takes several as gladly.")
                        .unset("zstd, br, gzip, as far as this system has them"),
                value(AT + ".codings[]", choice(ordered("gzip", Coding.GZIP, "br", Coding.BR, "zstd", Coding.ZSTD)),
                        "A coding. gzip is always there; br and zstd where there is native code for the system."),
                list(AT + ".types", "Media types of bodies that are compressed.").unset(String.join(", ", TEXT_LIKE)),
                value(AT + ".types[]", TYPES, "A media type; * stands for any subtype, or for what is in front of a suffix."),
                value(AT + ".minSize", size(0, 1L << 20), "A shorter body stays as it is; one whose length isn't known is compressed.")
                        .byDefault("1KiB"),
                section(AT + ".levels", "How hard each coding tries: higher levels cost more time and memory."),
                value(AT + ".levels.gzip", whole(1, 9), "Level of gzip.").byDefault("4"),
                value(AT + ".levels.br", whole(0, 11), "Quality of br; above 6 it is slow.").byDefault("4"),
                value(AT + ".levels.zstd", whole(1, 19), "Level of zstd; above 9 it is slow.").byDefault("3"));
    }

    /** The filter of this section. */
    static Compress of(Section at) {
        List<String> types = at.list("types", String.class);
        return new Compress(
                at.list("codings", Coding.class),
                types.isEmpty() ? TEXT_LIKE : types,
                at.get("minSize", Long.class),
                at.section("levels").bind(Levels.class, null));
    }

    /**
     * Judges those of a route.
     *
     * @param problems gets a key, and what is wrong about it
     * @param warnings likewise, with what is probably not meant
     */
    static void check(Section route, BiConsumer<String, String> problems, BiConsumer<String, String> warnings) {
        String first = null;
        for (Section filter : route.items("filters")) {
            if (!filter.has(NAME)) {
                continue;
            }
            Section compress = filter.section(NAME);
            if (first != null) {
                problems.accept(compress.path(), "found compress a second time; expected it once (" + first + " has it already)");
                continue;
            }
            first = compress.path();
            List<Coding> codings = compress.list("codings", Coding.class);
            if (codings.size() > codings.stream().distinct().count()) {
                problems.accept(compress.at("codings"), "found a coding a second time; expected each once");
            }
            for (String action : List.of("redirect", "respond")) {
                if (route.has(action)) {
                    warnings.accept(compress.path(), "found compress on a route with " + action + ", which is never compressed");
                }
            }
        }
    }
}
