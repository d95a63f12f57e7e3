package io.sluice.files;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedSet;
import java.util.TreeSet;

/** A page with the names in a directory. <em>Immutable.</em> */
final class Listing {
    private static final int NAMES_MAX = 1000;

    private Listing() {}

    /**
     * The page, as UTF-8: at most 1000 names, in order, without those that are never served. It waits for the file system.
     *
     * @param name the directory's below its root, with a slash at its end, or empty
     */
    static byte[] of(Path directory, String name) throws IOException {
        SortedSet<String> names = new TreeSet<>();
        boolean more = false;
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                String file = entry.getFileName().toString();
                if (!shown(file)) {
                    continue;
                }
                names.add(Files.isDirectory(entry) ? file + "/" : file);
                if (names.size() > NAMES_MAX) {
                    names.removeLast();
                    more = true;
                }
            }
        }
        StringBuilder page = new StringBuilder("<!DOCTYPE html>\n<meta charset=\"utf-8\">\n<title>");
        page.append(escaped("/" + name)).append("</title>\n<h1>").append(escaped("/" + name)).append("</h1>\n<ul>\n");
        if (!name.isEmpty()) {
            page.append("<li><a href=\"../\">../</a>\n");
        }
        for (String each : names) {
            page.append("<li><a href=\"./").append(encoded(each)).append("\">").append(escaped(each)).append("</a>\n");
        }
        page.append(more ? "</ul>\n<p>and more\n" : "</ul>\n");
        return page.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static boolean shown(String name) {
        return RelativePath.sound(name) && name.chars().noneMatch(c -> c < ' ' || c == 0x7f || c == '\\' || c == '\ufffd');
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;").replace("'", "&#39;");
    }

    private static String encoded(String name) {
        StringBuilder out = new StringBuilder();
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            boolean plain = b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || "-._~/".indexOf(b) >= 0;
            if (plain) {
                out.append((char) b);
            } else {
                out.append('%').append(Character.forDigit(b >> 4 & 15, 16)).append(Character.forDigit(b & 15, 16));
            }
        }
        return out.toString();
    }
}
