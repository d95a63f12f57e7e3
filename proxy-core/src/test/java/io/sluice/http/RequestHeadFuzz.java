package io.sluice.http;

import java.util.List;

/**
 * Fuzz target: any bytes as a request's head. They may be refused, but never with an exception; the outcome doesn't depend
 * on how they are cut; what is accepted means the same when it is written and read again. <em>Immutable.</em>
 */
public final class RequestHeadFuzz {
    private static final HeadLimits LIMITS = new HeadLimits(1_600, 600, 24);
    private static final HeadParser PARSER = new HeadParser(LIMITS);
    private static final HeadParser WIDE = new HeadParser(Outcome.LIMITS);

    private RequestHeadFuzz() {}

    /** One input; called by Jazzer, and by a test for each seed. */
    public static void fuzzerTestOneInput(byte[] data) {
        Outcome whole = Outcome.ofRequest(data, LIMITS);
        Fuzzing.check(whole.consumed() <= Math.min(data.length, LIMITS.headBytesMax() + 4), "read past the limit");
        Fuzzing.checkCuts(data, whole, cuts -> Outcome.ofRequest(data, LIMITS, cuts));
        if (whole.status() == ParseStatus.COMPLETE) {
            RequestHead head = new RequestHead();
            PARSER.parseRequest(head, Fuzzing.buffer(data));
            checkMeaning(head);
            checkWrittenAgain(head, whole);
            HopByHop.strip(head);
            Fuzzing.check(head.find(HeaderName.CONNECTION) < 0, "Connection survived");
            Fuzzing.check(head.find(HeaderName.TRANSFER_ENCODING) < 0, "Transfer-Encoding survived");
            MaxForwards.of(head);
        }
    }

    private static void checkMeaning(RequestHead head) {
        Fuzzing.check(head.find(HeaderName.HOST) >= 0 || head.http10(), "no Host");
        Fuzzing.check(head.find(HeaderName.HOST) < 0 || head.hostEnd() > head.hostStart(), "empty host");
        Fuzzing.check(head.framing() != BodyFraming.UNTIL_CLOSE, "a request until close");
        Fuzzing.check((head.framing() == BodyFraming.LENGTH) == head.contentLength() > 0, "length and framing differ");
        Fuzzing.check(!head.http10() || head.framing() != BodyFraming.CHUNKED, "chunked in HTTP/1.0");
        String path = head.pathText();
        Fuzzing.check(path.startsWith("/") || path.equals("*") && head.method() == Method.OPTIONS, "path " + path);
        Fuzzing.check(path.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '#' && c != '?'), "path " + path);
        String kept = Fuzzing.fields(head).replace("\r\n", "");
        Fuzzing.check(kept.chars().noneMatch(c -> c < ' ' && c != '\t' || c == 0x7f), "a control character in " + kept);
    }

    private static void checkWrittenAgain(RequestHead head, Outcome whole) {
        String framing = switch (head.framing()) {
            case CHUNKED -> "Transfer-Encoding: chunked\r\n";
            default -> head.contentLength() < 0 ? "" : "Content-Length: " + head.contentLength() + "\r\n";
        };
        String written = head.methodText() + " " + head.pathText() + head.text(head.pathEnd(), head.queryEnd())
                + " HTTP/" + (head.http10() ? "1.0" : "1.1") + "\r\n" + Fuzzing.fields(head) + framing + "\r\n";
        Outcome again = Outcome.ofRequest(Outcome.bytes(written), Outcome.LIMITS);
        List<String> first = Fuzzing.withoutFraming(whole.head());
        List<String> second = Fuzzing.withoutFraming(again.head());
        Fuzzing.check(first.equals(second), () -> "written again it is\n" + second + " and not\n" + first);
        Fuzzing.check(WIDE.parseRequest(new RequestHead(), Fuzzing.buffer(Outcome.bytes(written)))
                == ParseStatus.COMPLETE, "not accepted again");
    }
}
