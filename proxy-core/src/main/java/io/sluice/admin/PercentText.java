package io.sluice.admin;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Percent-encoding in a target (RFC 3986 §2.1); a plus is a plus. <em>Immutable.</em> */
final class PercentText {
    private PercentText() {}

    /**
     * The text that UTF-8 octets stand for; what is no UTF-8 becomes a replacement character.
     *
     * @throws Refused 400 if a percent sign isn't followed by two hexadecimal digits
     */
    static String decoded(String text) {
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '%') {
                octets.write(c);
                continue;
            }
            if (i + 2 >= text.length() || !HexFormat.isHexDigit(text.charAt(i + 1))
                    || !HexFormat.isHexDigit(text.charAt(i + 2))) {
                throw new Refused(400, "found a % without two hexadecimal digits behind it; expected %25 for a percent sign");
            }
            octets.write(HexFormat.fromHexDigits(text, i + 1, i + 3));
            i += 2;
        }
        return octets.toString(StandardCharsets.UTF_8);
    }
}
