package io.sluice.filter;

import io.sluice.http.Ascii;
import io.sluice.http.Head;
import io.sluice.http.HeaderName;
import io.sluice.http.Method;
import io.sluice.http.RequestHead;
import io.sluice.http.ResponseHead;
import io.sluice.http.Trailers;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * One call of gRPC-Web, and what its heads and trailers are in gRPC: the same but for the content type, and for what browsers
 * can't read behind a body, which becomes the body's last frame. <em>Loop-confined.</em>
 */
public final class GrpcWeb {
    /** How the frames of a body are written. */
    public enum Form {
        /** As they are. */
        BINARY("application/grpc-web"),
        /** In base64. */
        TEXT("application/grpc-web-text");

        private final String type;
        private final byte[] bytes;

        Form(String type) {
            this.type = type;
            this.bytes = ascii(type);
        }
    }

    private static final String PLAIN_TYPE = "application/grpc";
    private static final byte[] PLAIN = ascii(PLAIN_TYPE);
    private static final byte[] ACCEPT = ascii("accept");
    private static final byte[] STATUS = ascii("grpc-status");
    /** What only stands in a head that is all of a response. */
    private static final byte[][] OUTCOME = {STATUS, ascii("grpc-message"), ascii("grpc-status-details-bin")};
    /** Says that a frame has trailers, and not a message. */
    private static final byte TRAILERS = (byte) 0x80;
    private static final int FRAME_HEAD_BYTES = 5;

    private final Form request;
    private final Form response;
    private final String suffix;
    /** What a response's head said of the outcome, as lines. */
    private byte[] said = {};

    private GrpcWeb(Form request, Form response, String suffix) {
        this.request = request;
        this.response = response;
        this.suffix = suffix;
    }

    /** The call that a request is; null if it is none. */
    public static GrpcWeb of(RequestHead head) {
        int type = head.method() == Method.POST ? head.find(HeaderName.CONTENT_TYPE) : -1;
        if (type < 0) {
            return null;
        }
        for (Form form : new Form[] {Form.BINARY, Form.TEXT}) {
            int end = behind(head, type, form.bytes);
            if (end >= 0) {
                int accept = head.next(ACCEPT, 0);
                boolean text = form == Form.TEXT || accept >= 0 && behind(head, accept, Form.TEXT.bytes) >= 0;
                return new GrpcWeb(form, text ? Form.TEXT : Form.BINARY, suffix(head, type, end));
            }
        }
        return null;
    }

    /** Where the media type that field {@code i} begins with goes on behind this word; -1 if that is not the type. */
    private static int behind(Head head, int i, byte[] word) {
        int start = head.valueStart(i);
        int end = start + word.length;
        return end <= head.valueEnd(i)
                        && Ascii.equalsLowerCase(head.bytes(), start, end, word)
                        && (end == head.valueEnd(i) || "+;, ".indexOf(head.bytes()[end]) >= 0)
                ? end : -1;
    }

    /** As {@code +proto}; or nothing. */
    private static String suffix(Head head, int i, int from) {
        int end = from;
        while (end < head.valueEnd(i) && ";, ".indexOf(head.bytes()[end]) < 0) {
            end++;
        }
        return head.text(from, end);
    }

    /** How the request's body is written. */
    public Form request() {
        return request;
    }

    /** How the response's body is to be. */
    public Form response() {
        return response;
    }

    /** The content type of an answer that is made here. */
    public String type() {
        return response.type + suffix;
    }

    /** Makes the request's head that of a gRPC call. */
    public void forward(RequestHead head) {
        head.dropAll(HeaderName.CONTENT_TYPE);
        head.append(HeaderName.CONTENT_TYPE, PLAIN_TYPE + suffix);
        if (request == Form.TEXT) {
            head.forwardUnsized();
        }
    }

    /**
     * Makes a final response's head what the client reads, with a body in any case.
     *
     * @return false if it is none of gRPC: nothing of it is changed
     */
    public boolean translate(ResponseHead head) {
        int type = head.status() == 200 ? head.find(HeaderName.CONTENT_TYPE) : -1;
        int end = type < 0 ? -1 : behind(head, type, PLAIN);
        if (end < 0) {
            return false;
        }
        String its = suffix(head, type, end);
        head.dropAll(HeaderName.CONTENT_TYPE);
        head.append(HeaderName.CONTENT_TYPE, response.type + (its.isEmpty() ? suffix : its));
        head.dropAll(HeaderName.TRAILER);
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        for (byte[] name : OUTCOME) {
            for (int i = head.next(name, 0); i >= 0; i = head.next(name, i + 1)) {
                line(head.bytes(), head.nameStart(i), head.nameEnd(i), head.valueStart(i), head.valueEnd(i), lines);
                head.drop(i);
            }
        }
        said = lines.toByteArray();
        head.bodied();
        return true;
    }

    /** The frame that ends a response, by its trailers or by what its head said; empty where neither said anything. */
    public byte[] lastFrame(Trailers trailers) {
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        boolean[] decided = {false};
        trailers.each((bytes, nameStart, nameEnd, valueStart, valueEnd) -> {
            decided[0] |= Ascii.equalsLowerCase(bytes, nameStart, nameEnd, STATUS);
            line(bytes, nameStart, nameEnd, valueStart, valueEnd, lines);
        });
        if (!decided[0]) {
            lines.writeBytes(said);
        }
        return lines.size() == 0 ? new byte[0] : frame(lines.toByteArray());
    }

    private static void line(
            byte[] bytes, int nameStart, int nameEnd, int valueStart, int valueEnd, ByteArrayOutputStream to) {
        for (int i = nameStart; i < nameEnd; i++) {
            to.write(Ascii.lower(bytes[i]));
        }
        to.writeBytes(ascii(": "));
        to.write(bytes, valueStart, valueEnd - valueStart);
        to.writeBytes(ascii("\r\n"));
    }

    /**
     * The frame of some trailers.
     *
     * @param lines each with its CRLF, the names in lower case
     */
    public static byte[] frame(byte[] lines) {
        return ByteBuffer.allocate(FRAME_HEAD_BYTES + lines.length).put(TRAILERS).putInt(lines.length).put(lines).array();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
