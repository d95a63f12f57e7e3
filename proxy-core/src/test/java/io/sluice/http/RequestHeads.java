package io.sluice.http;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Makes heads from text for tests of what works on heads, without checking anything: what reaches those has been checked.
 * <em>Immutable.</em>
 */
public final class RequestHeads {
    private RequestHeads() {}

    /** A request's head; lines without their CRLF, the first one {@code METHOD target HTTP/1.x}. */
    public static RequestHead of(String... lines) {
        RequestHead head = new RequestHead();
        fill(head, lines);
        String[] line = lines[0].split(" ", 3);
        head.methodEnd = line[0].length();
        head.method = Arrays.stream(Method.values()).filter(m -> m.name().equals(line[0])).findFirst().orElse(Method.OTHER);
        head.pathStart = line[0].length() + 1;
        head.queryEnd = head.pathStart + line[1].length();
        head.pathEnd = head.pathStart + (line[1] + "?").indexOf('?');
        head.plainPath = plain(line[1].substring(0, head.pathEnd - head.pathStart));
        head.minorVersion = line[2].endsWith("0") ? 0 : 1;
        int host = head.find(HeaderName.HOST);
        if (host >= 0) {
            head.hostStart = head.valueStart(host);
            head.hostEnd = head.hostStart + head.value(host).replaceFirst(":\\d*$", "").length();
        }
        return head;
    }

    /** A response's head with this status; lines without their CRLF. */
    public static ResponseHead response(int status, String... fields) {
        ResponseHead head = new ResponseHead();
        List<String> lines = new ArrayList<>(List.of("HTTP/1.1 " + status + " "));
        lines.addAll(List.of(fields));
        fill(head, lines.toArray(String[]::new));
        head.status = status;
        return head;
    }

    private static void fill(Head head, String... lines) {
        byte[] raw = (String.join("\r\n", lines) + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1);
        head.reserve(raw.length);
        System.arraycopy(raw, 0, head.bytes, 0, raw.length);
        int at = lines[0].length() + 2;
        head.length = raw.length;
        for (String line : Arrays.asList(lines).subList(1, lines.length)) {
            int colon = line.indexOf(':');
            int value = colon + 1 + line.substring(colon + 1).length() - line.substring(colon + 1).stripLeading().length();
            head.index(
                    HeaderNames.known(line.substring(0, colon)),
                    at, at + colon, at + value, at + Math.max(value, line.stripTrailing().length()), at + line.length() + 2);
            at += line.length() + 2;
        }
    }

    private static boolean plain(String path) {
        return !path.contains("%") && !path.contains("\\") && !path.contains("//")
                && !path.matches(".*/\\.\\.?(/.*)?");
    }

    /** The lines that would be written, in order, without their CRLF. */
    public static List<String> kept(Head head) {
        byte[] out = new byte[head.length()];
        String text = new String(out, 0, head.copyFields(out, 0), StandardCharsets.ISO_8859_1);
        return text.isEmpty() ? List.of() : List.of(text.split("\r\n"));
    }

    /** The path that would be forwarded. */
    public static String forwardedPath(RequestHead head) {
        return head.text(head.forwardedPathStart(), head.forwardedPathEnd());
    }
}
