package io.sluice.http2;

import io.netty.buffer.ByteBuf;
import io.sluice.http.ProxyError;
import io.sluice.http.ResponseHead;
import io.sluice.http.Trailers;
import io.sluice.service.Verdict;
import io.sluice.stream.BackendListener;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * A question to gRPC's health service, and its answer: the endpoint is well if it says SERVING (grpc.health.v1). Messages are
 * so small that they are written and read here, byte by byte. <em>Loop-confined.</em> It tells one verdict, or several, of
 * which the first counts.
 */
final class GrpcHealth implements BackendListener {
    /** The method that is called. */
    static final String PATH = "/grpc.health.v1.Health/Check";

    private static final byte[] STATUS = "grpc-status".getBytes(StandardCharsets.US_ASCII);
    /** In front of each message: a byte that says whether it is compressed, and four for its length. */
    private static final int PREFIX_BYTES = 5;
    /** Field 1 of either message: of the question a string, of the answer a number. */
    private static final int FIELD_TEXT = 0x0a;
    private static final int FIELD_NUMBER = 0x08;
    private static final int SERVING = 1;
    private static final int BODY_BYTES_MAX = 64;
    private static final int NAME_BYTES_MAX = 127;

    private final Consumer<Verdict> verdict;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();

    GrpcHealth(Consumer<Verdict> verdict) {
        this.verdict = verdict;
    }

    /**
     * The body that asks for a service; empty for the endpoint as a whole.
     *
     * @param service at most 127 bytes
     */
    static byte[] question(String service) {
        byte[] name = service.getBytes(StandardCharsets.UTF_8);
        if (name.length > NAME_BYTES_MAX) {
            throw new IllegalArgumentException("the service's name has more than 127 bytes");
        }
        int length = name.length == 0 ? 0 : name.length + 2;
        byte[] message = new byte[PREFIX_BYTES + length];
        message[PREFIX_BYTES - 1] = (byte) length;
        if (length > 0) {
            message[PREFIX_BYTES] = FIELD_TEXT;
            message[PREFIX_BYTES + 1] = (byte) name.length;
            System.arraycopy(name, 0, message, PREFIX_BYTES + 2, name.length);
        }
        return message;
    }

    @Override
    public void onResponseHead(ResponseHead head) {
        if (head.interim()) {
            return;
        }
        int status = head.next(STATUS, 0);
        if (head.status() != 200) {
            verdict.accept(Verdict.failed("status " + head.status()));
        } else if (status >= 0) {
            verdict.accept(Verdict.failed("grpc-status " + head.value(status)));
        }
    }

    @Override
    public void onResponseBody(ByteBuf data) {
        byte[] bytes = new byte[Math.min(data.readableBytes(), BODY_BYTES_MAX - body.size())];
        data.readBytes(bytes);
        data.release();
        body.writeBytes(bytes);
    }

    @Override
    public void onResponseEnd(Trailers trailers) {
        String[] status = new String[1];
        trailers.each((bytes, nameStart, nameEnd, valueStart, valueEnd) -> {
            if (new String(bytes, nameStart, nameEnd - nameStart, StandardCharsets.US_ASCII).equals("grpc-status")) {
                status[0] = new String(bytes, valueStart, valueEnd - valueStart, StandardCharsets.ISO_8859_1);
            }
        });
        if (!"0".equals(status[0])) {
            verdict.accept(Verdict.failed("grpc-status " + status[0]));
            return;
        }
        byte[] message = body.toByteArray();
        boolean number = message.length >= PREFIX_BYTES + 2 && message[PREFIX_BYTES] == FIELD_NUMBER;
        int said = number ? message[PREFIX_BYTES + 1] : 0;
        verdict.accept(said == SERVING ? Verdict.passed("serving") : Verdict.failed("not serving (" + said + ")"));
    }

    @Override
    public void onResponseBatchEnd() {
        // The answer is judged when it is whole.
    }

    @Override
    public void onBackendWritable() {
        // Nothing is left to be sent.
    }

    @Override
    public void onRequestRefused() {
        // Nothing is left to be sent.
    }

    @Override
    public void onBackendGone(ProxyError why) {
        verdict.accept(Verdict.failed(why.word()));
    }
}
