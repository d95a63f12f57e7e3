package io.sluice.config;

import static io.sluice.config.Key.section;
import static io.sluice.config.Key.value;
import static io.sluice.config.ValueType.flag;

import java.util.List;

/** The keys of routes that serve files. <em>Immutable.</em> */
final class FileKeys {
    private static final ValueType DIRECTORY = ValueType.path("the path of a directory");
    private static final ValueType FILE_NAME =
            ValueType.text("the name of a file, without / and not beginning with a dot", "[^./\\\\\\p{Cntrl}][^/\\\\\\p{Cntrl}]{0,254}");

    private FileKeys() {}

    static List<Key> all() {
        return List.of(
                section("routes[].files", "Answers GET and HEAD with files. A prefix that match.path gives is left out of the"
                        + " file's path (/assets/a.css is a.css below root for path /assets/); with an exact path, a pattern, or"
                        + " a path changed by filters, the whole path is looked up below root."),
                value("routes[].files.root", DIRECTORY, "The directory, which must exist at the start. Nothing outside of it is"
                                + " sent, also not by a symbolic link; nor is a file or directory whose name begins with a dot,"
                                + " except .well-known.")
                        .required(),
                value("routes[].files.index", FILE_NAME, "The file that answers for a directory.").byDefault("index.html"),
                value("routes[].files.listing", flag(), "Whether a directory without an index is listed; else it is a 404.")
                        .byDefault("false"),
                value("routes[].files.precompressed", flag(), "Whether a file's neighbour of the same name and .br or .gz is"
                                + " sent in its place to clients that accept that coding. Keep them in step: their age is not"
                                + " compared.")
                        .byDefault("false"));
    }
}
