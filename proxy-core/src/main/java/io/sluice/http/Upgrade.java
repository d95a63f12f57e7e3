package io.sluice.http;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The protocols that a client offers to go over to (RFC 9110 §7.8), and the one a backend agrees to. <em>Immutable.</em> Only
 * heads with an Upgrade field come here, so that it may allocate.
 */
public final class Upgrade {
    /** A token, or two with a slash. */
    private static final Pattern PROTOCOL = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+(/[!#$%&'*+.^_`|~0-9A-Za-z-]+)?");
    private static final byte[] HTTP2_SETTINGS = "http2-settings".getBytes(StandardCharsets.US_ASCII);

    private Upgrade() {}

    /**
     * What of a request's offer may go on to a backend, as an Upgrade field says it; empty = nothing. HTTP itself and TLS are
     * about the connection that they are said on, which ends here: they are not passed on (h2c: RFC 9113 §3.1). Nor is what
     * comes without {@code Connection: upgrade} or from HTTP/1.0.
     */
    public static String offered(RequestHead head) {
        if (head.http10() || (ConnectionOptions.of(head) & ConnectionOptions.UPGRADE) == 0) {
            return "";
        }
        List<String> offered = protocols(head);
        offered.removeIf(Upgrade::ofTheConnection);
        return String.join(", ", offered);
    }

    private static boolean ofTheConnection(String protocol) {
        String name = protocol.toLowerCase(Locale.ROOT);
        return name.startsWith("h2") || name.startsWith("h3") || name.matches("(http|tls)(/.*)?");
    }

    /** Makes a request's head, whose hop-by-hop fields were dropped, offer this to a backend. */
    public static void offer(RequestHead head, String offered) {
        head.dropAll(HTTP2_SETTINGS);
        if (!offered.isEmpty()) {
            head.append(HeaderName.CONNECTION, "upgrade");
            head.append(HeaderName.UPGRADE, offered);
        }
    }

    /**
     * What a backend's 101 agrees to, as an Upgrade field says it.
     *
     * @param request as it was sent to the backend
     * @return empty unless all of it was offered, and, where we asked for a client of HTTP/2, our key was understood
     */
    public static String agreed(RequestHead request, ResponseHead response) {
        List<String> offered = protocols(request);
        List<String> agreed = protocols(response);
        boolean all = agreed.stream().allMatch(it -> offered.stream().anyMatch(it::equalsIgnoreCase));
        boolean proven = !request.extendedConnect() || WebSocketKey.accepted(request, response);
        return all && proven ? String.join(", ", agreed) : "";
    }

    /** Makes a 101, whose hop-by-hop fields were dropped, tell the client of what was agreed to. */
    public static void agree(ResponseHead head, String agreed) {
        head.append(HeaderName.CONNECTION, "upgrade");
        head.append(HeaderName.UPGRADE, agreed);
    }

    /** Makes an extended CONNECT ask for the same as HTTP/1.1 does (RFC 8441 §5.1). */
    static void ask(RequestHead head) {
        head.append(HeaderName.CONNECTION, "upgrade");
        head.append(HeaderName.UPGRADE, "websocket");
        WebSocketKey.add(head);
    }

    /** Makes a 101, whose hop-by-hop fields were dropped, tell a client of HTTP/2 that the tunnel is open (RFC 8441 §5). */
    public static void connect(ResponseHead head) {
        head.status = 200;
        head.contentLength = -1;
        head.framing = BodyFraming.UNTIL_CLOSE;
        WebSocketKey.dropAnswer(head);
    }

    private static List<String> protocols(Head head) {
        List<String> protocols = new ArrayList<>();
        for (int i = head.find(HeaderName.UPGRADE); i >= 0; i = head.next(HeaderName.UPGRADE, i + 1)) {
            for (String element : head.value(i).split(",")) {
                String protocol = element.strip();
                if (PROTOCOL.matcher(protocol).matches()) {
                    protocols.add(protocol);
                }
            }
        }
        return protocols;
    }
}
