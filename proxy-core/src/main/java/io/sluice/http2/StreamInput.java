package io.sluice.http2;

import io.netty.buffer.ByteBuf;
import io.sluice.exchange.Exchange;
import io.sluice.http.BodyFraming;
import io.sluice.http.RequestHead;
import io.sluice.http.Trailers;
import java.util.ArrayDeque;

/**
 * The body of one stream's request: passed on as it comes, or waiting while the exchange wants no more of it.
 * <em>Loop-confined.</em> <em>Ownership</em>: owns the slices that wait, until {@link #release}.
 */
final class StreamInput {
    private final RequestHead head;
    private final Http2ClientStream stream;
    private final Multiplex connection;
    private ArrayDeque<ByteBuf> waiting;
    private long received;
    private long forgotten;
    /** Whether it waits until its exchange begins. */
    private boolean held = true;
    private boolean paused;
    private boolean discarding;
    private boolean scheduled;
    /** Whether the client has sent all. */
    private boolean whole;
    /** What the exchange is still to be told of the end; null = nothing. */
    private Trailers end;

    StreamInput(RequestHead head, Http2ClientStream stream, Multiplex connection) {
        this.head = head;
        this.stream = stream;
        this.connection = connection;
    }

    /** Whether the client has sent all of the request. */
    boolean whole() {
        return whole;
    }

    /** The client sent all with its head. */
    void bodiless() {
        whole = true;
    }

    /** More came behind the response's end; returns how much in all. */
    long forgotten(int count) {
        forgotten += count;
        return forgotten;
    }

    /** Whether data of this length, the last or not, is what Content-Length announced (RFC 9113 §8.1.1). */
    boolean agrees(int count, boolean last) {
        long soFar = received + count;
        return switch (head.framing()) {
            case CHUNKED, UNTIL_CLOSE -> true;
            case NONE -> soFar == 0;
            case LENGTH -> last ? soFar == head.contentLength() : soFar <= head.contentLength();
        };
    }

    /**
     * Data came.
     *
     * @param data borrowed
     * @return how many bytes of it may go back to the client's windows now
     */
    int data(ByteBuf data) {
        int count = data.readableBytes();
        received += count;
        if (count == 0 || !held && (discarding || stream.exchange() == null)) {
            return count;
        }
        if (held || paused || waiting != null && !waiting.isEmpty()) {
            if (waiting == null) {
                waiting = new ArrayDeque<>(4);
            }
            waiting.add(data.retain());
            return 0;
        }
        stream.exchange().onRequestBody(data.retain());
        connection.streams().touched(stream);
        return count;
    }

    /** The last of it came. */
    void end(Trailers trailers) {
        whole = true;
        end = trailers;
        if (!held && (waiting == null || waiting.isEmpty())) {
            tellEnd();
        }
    }

    /** Its exchange began, at the end of a read: what that read brought besides is passed on. */
    void begun() {
        held = false;
        if (!whole) {
            // The head leaves with the end of the read, whether any of the body has come or not.
            connection.streams().touched(stream);
        }
        if (end != null || waiting != null) {
            deliver();
        }
    }

    private void tellEnd() {
        Trailers told = end;
        end = null;
        Exchange exchange = stream.exchange();
        if (exchange != null && told != null && head.framing() != BodyFraming.NONE) {
            exchange.onRequestEnd(told);
        }
    }

    void pause() {
        paused = true;
    }

    /** The exchange wants more: what waits is passed on behind what the loop does now, as a read would be. */
    void resume() {
        paused = false;
        if (!held && waiting != null && !waiting.isEmpty() && !scheduled) {
            scheduled = true;
            connection.later(this::deliver);
        }
    }

    private void deliver() {
        scheduled = false;
        boolean any = false;
        while (!paused && waiting != null && !waiting.isEmpty()) {
            ByteBuf slice = waiting.poll();
            int count = slice.readableBytes();
            if (discarding || stream.exchange() == null) {
                slice.release();
            } else {
                any = true;
                stream.exchange().onRequestBody(slice);
            }
            connection.give(stream, count);
        }
        if (waiting == null || waiting.isEmpty()) {
            tellEnd();
        }
        Exchange exchange = stream.exchange();
        if (any && exchange != null && !whole) {
            exchange.onRequestBatchEnd();
        }
        connection.outflow().soon(0);
    }

    /** Nobody wants the rest: it goes back to the windows, and the client isn't kept waiting. */
    void discard() {
        held = false;
        discarding = true;
        resume();
        while (waiting != null && !waiting.isEmpty()) {
            ByteBuf slice = waiting.poll();
            int count = slice.readableBytes();
            slice.release();
            connection.give(stream, count);
        }
    }

    /** Forgets what waits; the codec gives it back to the windows when the stream closes. Idempotent. */
    void release() {
        while (waiting != null && !waiting.isEmpty()) {
            waiting.poll().release();
        }
        end = null;
    }
}
