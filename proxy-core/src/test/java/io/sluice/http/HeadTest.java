package io.sluice.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Dropping, appending and copying fields of a parsed head. */
final class HeadTest {
    private static final HeadParser PARSER = new HeadParser(Outcome.LIMITS);

    private static RequestHead parse(String raw) {
        RequestHead head = new RequestHead();
        parse(head, raw);
        return head;
    }

    private static void parse(RequestHead head, String raw) {
        ByteBuf in = Unpooled.wrappedBuffer(Outcome.bytes(raw));
        assertThat(PARSER.parseRequest(head, in)).isEqualTo(ParseStatus.COMPLETE);
    }

    @Test
    void copiesTheLinesAsReceived() {
        RequestHead head = parse("GET / HTTP/1.1\r\nhost:a\r\nA:  b \t\r\nC:\r\n\r\n");

        assertThat(RequestHeads.kept(head)).containsExactly("host:a", "A:  b \t", "C:");
    }

    @Test
    void leavesFramingToTheWriter() {
        RequestHead head = parse("POST / HTTP/1.1\r\nContent-Length: 5\r\nHost: a\r\n\r\n");
        RequestHead chunked = parse("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nA: b\r\n\r\n");

        assertThat(RequestHeads.kept(head)).containsExactly("Host: a");
        assertThat(RequestHeads.kept(chunked)).containsExactly("Host: a", "A: b");
    }

    @Test
    void copiesExactlyWhatIsKeptWhateverIsDroppedAndAppended() {
        Random random = new Random(42);
        for (int round = 0; round < 300; round++) {
            int fields = random.nextInt(60);
            StringBuilder raw = new StringBuilder("GET / HTTP/1.1\r\n");
            List<String> lines = new ArrayList<>(List.of("Host: a"));
            for (int i = 0; i < fields; i++) {
                lines.add(random.nextInt(lines.size() + 1), "X-" + i + ": " + "v".repeat(random.nextInt(60)));
            }
            lines.forEach(line -> raw.append(line).append("\r\n"));
            RequestHead head = parse(raw.append("\r\n").toString());
            List<String> expected = new ArrayList<>();
            for (int i = 0; i < lines.size(); i++) {
                if (random.nextBoolean()) {
                    head.drop(i);
                } else {
                    expected.add(lines.get(i));
                }
            }
            for (int i = random.nextInt(40); i > 0; i--) {
                append(head, expected, random.nextInt(3), i);
            }

            assertThat(RequestHeads.kept(head)).isEqualTo(expected);
            assertThat(head.count()).isGreaterThanOrEqualTo(expected.size());
        }
    }

    private static void append(RequestHead head, List<String> expected, int kind, int i) {
        switch (kind) {
            case 0 -> {
                head.append(HeaderLine.of("X-Own", "o" + i));
                expected.add("X-Own: o" + i);
            }
            case 1 -> {
                head.append(HeaderName.VIA, new StringBuilder("1.1 v").append(i));
                expected.add("Via: 1.1 v" + i);
            }
            default -> {
                head.append(HeaderName.MAX_FORWARDS, i * 1_000L);
                expected.add("Max-Forwards: " + i * 1_000L);
            }
        }
    }

    @Test
    void findsKeptFieldsOnly() {
        RequestHead head = parse("GET / HTTP/1.1\r\nHost: a\r\nVia: 1\r\nX-A: 2\r\nvia: 3\r\nx-a: 4\r\n\r\n");

        assertThat(head.find(HeaderName.VIA)).isEqualTo(1);
        assertThat(head.next(HeaderName.VIA, 2)).isEqualTo(3);
        assertThat(head.next(Outcome.bytes("x-a"), 0)).isEqualTo(2);
        head.drop(1);
        head.drop(2);
        assertThat(head.find(HeaderName.VIA)).isEqualTo(3);
        assertThat(head.next(Outcome.bytes("x-a"), 0)).isEqualTo(4);
        head.dropAll(HeaderName.VIA);
        head.dropAll(Outcome.bytes("x-a"));
        assertThat(head.find(HeaderName.VIA)).isEqualTo(-1);
        assertThat(head.next(Outcome.bytes("x-a"), 0)).isEqualTo(-1);
        assertThat(head.find(HeaderName.DATE)).isEqualTo(-1);
        head.append(HeaderName.VIA, "5");
        assertThat(head.value(head.find(HeaderName.VIA))).isEqualTo("5");
    }

    @Test
    void indexesAnAppendedNumber() {
        RequestHead head = parse("GET / HTTP/1.1\r\nHost: a\r\n\r\n");

        head.append(HeaderName.MAX_FORWARDS, Long.MAX_VALUE);

        int field = head.find(HeaderName.MAX_FORWARDS);
        assertThat(head.value(field)).isEqualTo("9223372036854775807");
        assertThat(head.nameText(field)).isEqualTo("Max-Forwards");
        assertThat(head.text(head.valueEnd(field), head.lineEnd(field))).isEqualTo("\r\n");
    }

    @Test
    void isAsNewAfterClear() {
        RequestHead head = new RequestHead();
        String large = "POST http://x:1?q HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\nContent-Length: 5\r\n"
                + "X: y\r\n".repeat(100) + "Y: " + "z".repeat(9_000) + "\r\n\r\n";
        String small = "GET /a HTTP/1.1\r\nHost: b\r\n\r\n";
        parse(head, large);
        assertThat(head.bytes().length).isGreaterThan(9_000);

        head.clear();

        assertThat(head.bytes()).hasSizeLessThanOrEqualTo(4_096);
        assertThat(head.started()).isFalse();
        assertThat(head.count()).isZero();
        parse(head, small);
        assertThat(head).usingRecursiveComparison().ignoringFields("bytes", "index", "names").isEqualTo(parse(small));
        assertThat(RequestHeads.kept(head)).containsExactly("Host: b");
    }

    @Test
    void isAsNewAfterClearOfARefusedHead() {
        RequestHead head = new RequestHead();
        assertThat(PARSER.parseRequest(head, Unpooled.wrappedBuffer(Outcome.bytes("\r\nGET / HTTP/1.1\r\nA:b\rc"))))
                .isEqualTo(ParseStatus.REFUSED);
        assertThat(PARSER.parseRequest(head, Unpooled.wrappedBuffer(Outcome.bytes("GET / HTTP/1.1\r\n"))))
                .as("stays refused").isEqualTo(ParseStatus.REFUSED);

        head.clear();

        String small = "\r\n\r\nGET /a HTTP/1.1\r\nHost: b\r\n\r\n";
        parse(head, small);
        assertThat(head).usingRecursiveComparison().ignoringFields("bytes", "index", "names").isEqualTo(parse(small));
    }

    @Test
    void replacesThePathAndKeepsTheQuery() {
        RequestHead head = parse("GET /a?b HTTP/1.1\r\nHost: a\r\n\r\n");

        head.path(Outcome.bytes("/new"));

        assertThat(RequestHeads.forwardedPath(head)).isEqualTo("/new");
        assertThat(head.pathText()).isEqualTo("/a");
        assertThat(head.text(head.pathEnd(), head.queryEnd())).isEqualTo("?b");
        assertThat(RequestHeads.kept(head)).containsExactly("Host: a");
    }
}
