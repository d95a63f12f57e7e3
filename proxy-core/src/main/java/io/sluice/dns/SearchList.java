package io.sluice.dns;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a short name may stand for (resolv.conf(5): search, domain, ndots). <em>Immutable.</em>
 *
 * @param domains what is put behind a name, in this order, without dots around
 * @param ndots   a name with so many dots is tried as it is first
 */
record SearchList(List<String> domains, int ndots) {
    private static final Pattern SPACE = Pattern.compile("\\s+");
    private static final Pattern NDOTS = Pattern.compile("ndots:([0-9]{1,2})");
    private static final int DOMAINS_MAX = 32;

    /** That of the system; of a file that can't be read nothing is put behind names. */
    static SearchList of(Path resolvConf) {
        List<String> domains = List.of();
        int ndots = 1;
        List<String> lines;
        try {
            lines = Files.readAllLines(resolvConf, StandardCharsets.ISO_8859_1);
        } catch (IOException none) {
            lines = List.of();
        }
        for (String line : lines) {
            List<String> words = List.of(SPACE.split(line.strip()));
            switch (words.getFirst()) {
                case "search", "domain" -> domains = words.stream()
                        .skip(1)
                        .map(it -> it.endsWith(".") ? it.substring(0, it.length() - 1) : it)
                        .filter(HostNames::valid)
                        .limit(DOMAINS_MAX)
                        .toList();
                case "options" -> ndots = ndots(line, ndots);
                default -> { }
            }
        }
        return new SearchList(domains, ndots);
    }

    private static int ndots(String options, int otherwise) {
        Matcher said = NDOTS.matcher(options);
        return said.find() ? Math.min(15, Integer.parseInt(said.group(1))) : otherwise;
    }

    /** What to ask for, each if the one before does not exist; ends with a dot. */
    List<String> candidates(String name) {
        if (name.endsWith(".")) {
            return List.of(name);
        }
        List<String> candidates = new ArrayList<>();
        domains.stream().map(it -> name + "." + it + ".").filter(HostNames::valid).forEach(candidates::add);
        boolean first = name.chars().filter(it -> it == '.').count() >= ndots;
        candidates.add(first ? 0 : candidates.size(), name + ".");
        return candidates;
    }
}
