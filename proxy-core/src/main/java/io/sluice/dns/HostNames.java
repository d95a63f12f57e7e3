package io.sluice.dns;

import java.util.Locale;
import java.util.regex.Pattern;

/** What is taken for a host's name when somebody else says it. <em>Immutable.</em> */
final class HostNames {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,63}(\\.[A-Za-z0-9_-]{1,63})*\\.?");
    private static final int LENGTH_MAX = 254;

    private HostNames() {}

    /** Whether it can be asked for, shown, and sent in a Host field: letters, digits, - and _ between dots. */
    static boolean valid(String name) {
        return name.length() <= LENGTH_MAX && NAME.matcher(name).matches();
    }

    /** The form in which two names of one meaning are equal. */
    static String canonical(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.endsWith(".") ? lower : lower + ".";
    }
}
