package io.sluice.http;

/**
 * Fuzz target: any bytes as a chunked body. No exception; the same outcome however they are cut; less data than bytes; what
 * was decoded is the same when it is chunked and decoded again. <em>Immutable.</em>
 */
public final class ChunkedDecoderFuzz {
    private static final HeadLimits LIMITS = new HeadLimits(400, 600, 8);

    private ChunkedDecoderFuzz() {}

    /** One input; called by Jazzer, and by a test for each seed. */
    public static void fuzzerTestOneInput(byte[] data) {
        String whole = Chunks.decode(data, LIMITS);
        Fuzzing.check(whole.length() <= data.length + 11, "more data than bytes");
        Fuzzing.checkCuts(data, whole, cuts -> Chunks.decode(data, LIMITS, cuts));
        if (whole.startsWith("ended ") && !whole.endsWith("]")) {
            String body = whole.substring(6);
            String chunk = body.isEmpty() ? "" : Integer.toHexString(body.length()) + "\r\n" + body + "\r\n";
            String again = Chunks.decode(Outcome.bytes(chunk + "0\r\n\r\n"), LIMITS);
            Fuzzing.check(again.equals(whole), "written again it is another body");
        }
    }
}
