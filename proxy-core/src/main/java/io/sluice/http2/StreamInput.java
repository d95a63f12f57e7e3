package io.sluice.http2;

import io.netty.buffer.ByteBuf;
import io.sluice.http.BodyFraming;
import io.sluice.http.RequestHead;
import io.sluice.http.Trailers;
import io.sluice.stream.ClientListener;

/**
 * The body of one stream's request: passed on as it comes, or waiting while the exchange wants no more of it.
 * <em>Loop-confined.</em> <em>Ownership</em>: owns the slices that wait, until {@link #release}.
 */
final class StreamInput {
    private final RequestHead head;
    private final Http2ClientStream stream;
    private final Multiplex connection;
    private WaitingData waiting;
    private long received;
    private long forgotten;
    /** Whether it waits until its exchange begins, or until the tunnel opens that it is for (RFC 8441). */
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
        if (head.extendedConnect()) {
            // Half of a tunnel that ends before it begins.
            end = Trailers.NONE;
        }
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
            case NONE -> soFar == 0 || head.extendedConnect();
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
        if (count == 0 || !held && (discarding || stream.listener() == null)) {
            return count;
        }
        if (held || paused || waiting != null && !waiting.isEmpty()) {
            if (waiting == null) {
                waiting = new WaitingData();
            }
            waiting.add(data.retain());
            return 0;
        }
        stream.listener().onRequestBody(data.retain());
        connection.streams().touched(stream);
        return count;
    }

    /** The last of it came. */
    void end(Trailers trailers) {
        whole = true;
        end = trailers;
        if (!held && nothingWaits()) {
            tellEnd();
        }
    }

    private boolean nothingWaits() {
        return waiting == null || waiting.isEmpty();
    }

    /** Its exchange began, at the end of a read: what that read brought besides is passed on. */
    void begun() {
        held &= head.extendedConnect();
        if (held) {
            return;
        }
        if (!whole) {
            // The head leaves with the end of the read, whether any of the body has come or not.
            connection.streams().touched(stream);
        }
        if (end != null || !nothingWaits()) {
            deliver();
        }
    }

    private void tellEnd() {
        Trailers told = end;
        end = null;
        ClientListener listener = stream.listener();
        if (listener != null && told != null && (head.framing() != BodyFraming.NONE || head.extendedConnect())) {
            listener.onRequestEnd(told);
        }
    }

    /** The tunnel that it is for opens: it may be passed on, when that is {@link #resume resumed}. */
    void carry() {
        held = false;
    }

    void pause() {
        paused = true;
    }

    /** The exchange wants more: what waits is passed on behind what the loop does now, as a read would be. */
    void resume() {
        paused = false;
        if (!held && !scheduled && (!nothingWaits() || end != null)) {
            scheduled = true;
            connection.later(this::deliver);
        }
    }

    private void deliver() {
        scheduled = false;
        boolean any = false;
        while (!paused && !nothingWaits()) {
            ByteBuf slice = waiting.poll();
            int count = slice.readableBytes();
            if (discarding || stream.listener() == null) {
                slice.release();
            } else {
                any = true;
                stream.listener().onRequestBody(slice);
            }
            connection.give(stream, count);
        }
        if (nothingWaits()) {
            tellEnd();
        }
        ClientListener listener = stream.listener();
        if (any && listener != null && !whole) {
            listener.onRequestBatchEnd();
        }
        connection.outflow().soon(0);
    }

    /** Nobody wants the rest, nor what came for a tunnel that won't be: it goes back to the windows. */
    void discard() {
        held = false;
        discarding = true;
        resume();
        while (!nothingWaits()) {
            ByteBuf slice = waiting.poll();
            int count = slice.readableBytes();
            slice.release();
            connection.give(stream, count);
        }
    }

    /** Forgets what waits; the codec gives it back to the windows when the stream closes. Idempotent. */
    void release() {
        if (waiting != null) {
            waiting.release();
        }
        end = null;
    }
}
