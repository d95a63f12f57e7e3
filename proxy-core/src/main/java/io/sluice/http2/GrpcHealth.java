package io.sluice.http2;

import io.sluice.http.ResponseHead;
import io.sluice.http.Trailers;
import io.sluice.service.Verdict;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * A question to gRPC's health service, and its answer: the endpoint is well if it says SERVING (grpc.health.v1). Messages are
 * so small that they are written and read here, byte by byte. <em>Loop-confined.</em> It tells one verdict, or several, of
 * which the first counts.
 */
final class GrpcHealth extends CheckAnswer {
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

    GrpcHealth(Consumer<Verdict> verdict) {
        super(verdict, BODY_BYTES_MAX);
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
            tell(Verdict.failed("status " + head.status()));
        } else if (status >= 0) {
            tell(Verdict.failed("grpc-status " + head.value(status)));
        }
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
            tell(Verdict.failed("grpc-status " + status[0]));
            return;
        }
        byte[] message = body();
        boolean number = message.length >= PREFIX_BYTES + 2 && message[PREFIX_BYTES] == FIELD_NUMBER;
        int said = number ? message[PREFIX_BYTES + 1] : 0;
        tell(said == SERVING ? Verdict.passed("serving") : Verdict.failed("not serving (" + said + ")"));
    }

    @Override
    void onBodyKept() {
        // Nothing behind it is looked at.
    }
}
