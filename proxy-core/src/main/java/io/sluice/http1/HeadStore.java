package io.sluice.http1;

import io.netty.buffer.ByteBuf;
import io.sluice.http.RequestHead;
import io.sluice.http.ResponseHead;
import io.sluice.transport.LoopBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Locale;

/**
 * The heads and the scratch memory of one event loop: a connection borrows a head while a message is in progress, so that
 * an idle one holds nothing. <em>Loop-confined.</em>
 */
public final class HeadStore implements AutoCloseable {
    private static final int KEPT_MAX = 256;
    /** What a head and a short body behind it need. */
    public static final int PIECE_BYTES = 8192;
    private static final DateTimeFormatter IMF_FIXDATE =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US).withZone(ZoneOffset.UTC);

    private final LoopBuffer pieces;
    private final ArrayDeque<RequestHead> requests = new ArrayDeque<>();
    private final ArrayDeque<ResponseHead> responses = new ArrayDeque<>();
    private byte[] scratch = new byte[4096];
    private byte[] date = new byte[0];
    private long dateSecond = -1;

    /**
     * Makes an empty store.
     *
     * @param pieces what messages are gathered in
     */
    public HeadStore(LoopBuffer pieces) {
        this.pieces = pieces;
    }

    /** An empty buffer with room for so many bytes, owned by the caller: as a rule the one that the last message left in. */
    public ByteBuf piece(int atLeast) {
        return pieces.take(Math.max(PIECE_BYTES, atLeast));
    }

    /** An empty head; to be given back. */
    public RequestHead request() {
        RequestHead head = requests.pollLast();
        return head == null ? new RequestHead() : head;
    }

    /** Takes a head back. */
    public void give(RequestHead head) {
        head.clear();
        if (requests.size() < KEPT_MAX) {
            requests.addLast(head);
        }
    }

    /** An empty head; to be given back. */
    public ResponseHead response() {
        ResponseHead head = responses.pollLast();
        return head == null ? new ResponseHead() : head;
    }

    /** Takes a head back. */
    public void give(ResponseHead head) {
        head.clear();
        if (responses.size() < KEPT_MAX) {
            responses.addLast(head);
        }
    }

    /** Memory to compose a head in, valid until the next call; longer than {@code atLeast}. */
    public byte[] scratch(int atLeast) {
        if (scratch.length < atLeast) {
            scratch = Arrays.copyOf(scratch, atLeast * 2);
        }
        return scratch;
    }

    /** Gives back the memory that messages are gathered in. */
    @Override
    public void close() {
        pieces.close();
    }

    /** The field that a response without one gets (RFC 9110 §6.6.1), with its CRLF; not to be changed. */
    public byte[] date() {
        long second = System.currentTimeMillis() / 1000;
        if (second != dateSecond) {
            dateSecond = second;
            date = ("Date: " + IMF_FIXDATE.format(Instant.ofEpochSecond(second)) + "\r\n")
                    .getBytes(StandardCharsets.US_ASCII);
        }
        return date;
    }
}
