package io.sluice.dns;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The names that this machine knows by itself (hosts(5)). <em>Thread-safe.</em> Reads the file when it is asked and the file is
 * another than before: not for an event loop.
 */
public final class HostsFile {
    private static final Pattern SPACE = Pattern.compile("\\s+");
    private static final String LOCAL = "localhost";
    private static final long SIZE_MAX = 16 << 20;

    private final Path file;
    /** Guarded by this; null before the first reading. */
    private FileTime changed;
    private long size;
    private Map<String, List<InetAddress>> entries = Map.of();

    /** Reads this file, or none if it isn't there. */
    public HostsFile(Path file) {
        this.file = file;
    }

    /** The system's own. */
    public static HostsFile ofThisSystem() {
        return new HostsFile(Path.of("/etc/hosts"));
    }

    /**
     * What the file says of a name, in its order; empty = nothing. {@code localhost} and what ends by it mean this machine
     * whatever the file says (RFC 6761 §6.3): one address, that of IPv4 where the file has it or doesn't say, as a server
     * that listens at one of them most often does there.
     */
    public synchronized List<InetAddress> addresses(String name) {
        refresh();
        String key = key(name);
        List<InetAddress> found = entries.getOrDefault(key, List.of());
        if (!key.equals(LOCAL) && !key.endsWith("." + LOCAL)) {
            return found;
        }
        List<InetAddress> here = found.stream().filter(InetAddress::isLoopbackAddress).toList();
        return here.stream()
                .filter(it -> it.getAddress().length == 4)
                .findFirst()
                .or(() -> here.stream().findFirst())
                .map(List::of)
                .orElseGet(() -> List.of(InetAddress.ofLiteral("127.0.0.1")));
    }

    private static String key(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }

    private void refresh() {
        try {
            FileTime now = Files.getLastModifiedTime(file);
            long sizeNow = Files.size(file);
            if (!now.equals(changed) || sizeNow != size) {
                entries = sizeNow > SIZE_MAX ? Map.of() : read();
                changed = now;
                size = sizeNow;
            }
        } catch (IOException unreadable) {
            changed = null;
            entries = Map.of();
        }
    }

    private Map<String, List<InetAddress>> read() throws IOException {
        Map<String, List<InetAddress>> read = new HashMap<>();
        // Bytes of another charset in a comment are no reason to know nothing.
        for (String line : Files.readString(file, StandardCharsets.ISO_8859_1).split("\n")) {
            String[] words = SPACE.split(line.split("#", 2)[0].strip());
            if (words.length < 2) {
                continue;
            }
            InetAddress address;
            try {
                address = InetAddress.ofLiteral(words[0]);
            } catch (IllegalArgumentException noAddress) {
                continue;
            }
            for (int i = 1; i < words.length; i++) {
                List<InetAddress> known = read.computeIfAbsent(key(words[i]), _ -> new ArrayList<>());
                if (!known.contains(address)) {
                    known.add(address);
                }
            }
        }
        read.replaceAll((_, addresses) -> List.copyOf(addresses));
        return read;
    }
}
