package io.sluice.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a parser made of some bytes, in a form that can be compared: the same bytes must have the same outcome however they
 * are cut into buffers. <em>Immutable.</em>
 *
 * @param error    why they were refused, or null
 * @param head     what the head says, a line each; empty unless complete
 * @param consumed how many bytes were taken; -1 unless complete
 */
record Outcome(ParseStatus status, ProxyError error, List<String> head, int consumed) {
    static final HeadLimits LIMITS = new HeadLimits(32 * 1024, 16 * 1024, 128);

    // Direct memory as in life, without the leak records that would take most of the time here.
    private static final ByteBufAllocator BUFFERS = new UnpooledByteBufAllocator(true, true);

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Parses a request whose bytes arrive in pieces that end at these offsets, and all the rest. */
    static Outcome ofRequest(byte[] raw, HeadLimits limits, int... cuts) {
        RequestHead head = new RequestHead();
        HeadParser parser = new HeadParser(limits);
        return feed(raw, cuts, head, in -> parser.parseRequest(head, in), () -> describe(head));
    }

    /** Parses a response to a request with this method. */
    static Outcome ofResponse(byte[] raw, Method method, HeadLimits limits, int... cuts) {
        ResponseHead head = new ResponseHead();
        HeadParser parser = new HeadParser(limits);
        return feed(raw, cuts, head, in -> parser.parseResponse(head, in, method), () -> describe(head));
    }

    /** Cuts that make every byte arrive alone. */
    static int[] drip(byte[] raw) {
        int[] cuts = new int[raw.length];
        Arrays.setAll(cuts, i -> i + 1);
        return cuts;
    }

    private static Outcome feed(
            byte[] raw,
            int[] cuts,
            Head head,
            java.util.function.Function<ByteBuf, ParseStatus> parser,
            java.util.function.Supplier<List<String>> description) {
        int at = 0;
        for (int i = 0; i <= cuts.length; i++) {
            int end = i < cuts.length ? cuts[i] : raw.length;
            ByteBuf in = BUFFERS.directBuffer(Math.max(1, end - at)).writeBytes(raw, at, end - at);
            try {
                ParseStatus status = parser.apply(in);
                if (status == ParseStatus.COMPLETE) {
                    return new Outcome(status, null, description.get(), end - in.readableBytes());
                }
                if (status == ParseStatus.REFUSED) {
                    return new Outcome(status, head.error(), List.of(), -1);
                }
                if (in.isReadable()) {
                    throw new AssertionError("incomplete, and " + in.readableBytes() + " bytes are left");
                }
            } finally {
                in.release();
            }
            at = end;
        }
        return new Outcome(ParseStatus.INCOMPLETE, null, List.of(), -1);
    }

    private static List<String> describe(RequestHead head) {
        List<String> lines = new ArrayList<>();
        lines.add(head.methodText() + " " + head.method() + " "
                + head.text(head.methodStart(), head.methodEnd()));
        lines.add("path " + head.pathText() + " query " + head.text(head.pathEnd(), head.queryEnd())
                + (head.plainPath() ? " plain" : ""));
        lines.add("host " + head.hostText());
        lines.add("expects " + head.expectsContinue());
        describeFields(head, lines);
        return lines;
    }

    private static List<String> describe(ResponseHead head) {
        List<String> lines = new ArrayList<>();
        lines.add("status " + head.status() + " " + head.text(head.reasonStart(), head.reasonEnd()));
        describeFields(head, lines);
        return lines;
    }

    private static void describeFields(Head head, List<String> lines) {
        lines.add((head.http10() ? "1.0" : "1.1") + (head.keepAlive() ? " keep-alive" : " close"));
        lines.add(head.framing() + " " + head.contentLength());
        for (int i = 0; i < head.count(); i++) {
            if (!head.dropped(i)) {
                lines.add(head.nameText(i) + ": " + head.value(i) + " (" + head.name(i) + ")");
            }
        }
    }
}
