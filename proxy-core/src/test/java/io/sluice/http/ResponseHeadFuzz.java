package io.sluice.http;

import java.util.List;

/** Fuzz target: any bytes as a response's head, with the promises of {@link RequestHeadFuzz}. <em>Immutable.</em> */
public final class ResponseHeadFuzz {
    private static final HeadLimits LIMITS = new HeadLimits(1_600, 600, 24);
    private static final HeadParser PARSER = new HeadParser(LIMITS);

    private ResponseHeadFuzz() {}

    /** One input; called by Jazzer, and by a test for each seed. */
    public static void fuzzerTestOneInput(byte[] data) {
        for (Method method : new Method[] {Method.GET, Method.HEAD}) {
            Outcome whole = Outcome.ofResponse(data, method, LIMITS);
            Fuzzing.check(whole.consumed() <= Math.min(data.length, LIMITS.headBytesMax()), "read past the limit");
            Fuzzing.checkCuts(data, whole, cuts -> Outcome.ofResponse(data, method, LIMITS, cuts));
            if (whole.status() == ParseStatus.COMPLETE) {
                ResponseHead head = new ResponseHead();
                PARSER.parseResponse(head, Fuzzing.buffer(data), method);
                checkMeaning(head, method);
                checkWrittenAgain(head, method, whole);
                HopByHop.strip(head);
                Fuzzing.check(head.find(HeaderName.CONNECTION) < 0, "Connection survived");
            }
        }
    }

    private static void checkMeaning(ResponseHead head, Method method) {
        int status = head.status();
        Fuzzing.check(status >= 100 && status <= 599, "status " + status);
        boolean bodiless = status < 200 || status == 204 || status == 304 || method == Method.HEAD;
        Fuzzing.check(!bodiless || head.framing() == BodyFraming.NONE, "a body with " + status);
        Fuzzing.check(head.framing() != BodyFraming.UNTIL_CLOSE || !head.keepAlive(), "kept alive until close");
        Fuzzing.check(head.framing() != BodyFraming.LENGTH || head.contentLength() > 0, "no length");
        String kept = Fuzzing.fields(head).replace("\r\n", "");
        Fuzzing.check(kept.chars().noneMatch(c -> c < ' ' && c != '\t' || c == 0x7f), "a control character in " + kept);
    }

    private static void checkWrittenAgain(ResponseHead head, Method method, Outcome whole) {
        String framing = head.framing() == BodyFraming.CHUNKED ? "Transfer-Encoding: chunked\r\n"
                : head.contentLength() < 0 ? "" : "Content-Length: " + head.contentLength() + "\r\n";
        String written = "HTTP/" + (head.http10() ? "1.0 " : "1.1 ") + head.status() + " "
                + head.text(head.reasonStart(), head.reasonEnd()) + "\r\n" + Fuzzing.fields(head) + framing + "\r\n";
        Outcome again = Outcome.ofResponse(Outcome.bytes(written), method, Outcome.LIMITS);
        Fuzzing.check(again.status() == ParseStatus.COMPLETE, "not accepted again");
        if (head.status() == 204 || head.interim()) {
            // Once the framing that doesn't belong there is gone, the connection may persist.
            return;
        }
        List<String> first = Fuzzing.withoutFraming(whole.head());
        List<String> second = Fuzzing.withoutFraming(again.head());
        Fuzzing.check(first.equals(second), () -> "written again it is\n" + second + " and not\n" + first);
    }
}
