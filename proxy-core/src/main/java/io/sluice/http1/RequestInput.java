package io.sluice.http1;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.sluice.exchange.Worker;
import io.sluice.http.Preface;
import io.sluice.http.ProxyError;
import io.sluice.http.RequestHead;
import io.sluice.http.Trailers;
import io.sluice.transport.SocketReading;

/**
 * What arrives over a client connection, taken apart: a head, slices of its body, the end, and only when it is asked for
 * the next one. <em>Loop-confined.</em>
 *
 * <p>States: HEAD (idle, or a head in progress) → BODY → HELD (a pipelined request waits in the kernel, but for what one
 * read brought) → HEAD. FORGETTING: what comes is nobody's. CLOSED ends all.
 *
 * <p><em>Ownership</em>: the head in progress and bytes read ahead, given back by {@link #close}.
 */
final class RequestInput {
    private enum State { HEAD, BODY, HELD, FORGETTING, CLOSED }

    /** Who takes what was read; any call may lead to {@link #next}, {@link #forget} or {@link #close}. */
    interface Requests {
        /** A head is complete; borrowed until {@link #next}. */
        void onHead(RequestHead head);

        /** What came is no head. */
        void onRefused(ProxyError why);

        /**
         * What came begins as HTTP/2 does.
         *
         * @return whether somebody else reads it from now on, from its first byte: then {@link #close} was called
         */
        boolean onPreface();

        /** A head began, but is not complete. */
        void onHeadBegun();

        /** A slice of the body; takes it. */
        void onBody(ByteBuf slice);

        /** The body ended. */
        void onEnd(Trailers trailers);

        /** The body's framing is broken: nothing more can be read. */
        void onBroken(ProxyError why);
    }

    private final Channel channel;
    private final SocketReading reading;
    private final Worker worker;
    private final HeadStore store;
    private final Requests requests;
    private final BodyReader body;
    private State state = State.HEAD;
    private RequestHead head;
    private long startedNanos;
    private ByteBuf ahead;
    private boolean inRead;
    /** Whether the request was read to its end; where it was given up before, more of it may come. */
    private boolean whole;
    private long forgotten;

    RequestInput(Channel channel, SocketReading reading, Worker worker, HeadStore store, Requests requests) {
        this.channel = channel;
        this.reading = reading;
        this.worker = worker;
        this.store = store;
        this.requests = requests;
        this.body = new BodyReader(worker.snapshot().requestLimits());
    }

    /** Whether nothing of a next request came yet. */
    boolean idle() {
        return state == State.HEAD && head == null;
    }

    /** Whether a head is in progress. */
    boolean inHead() {
        return state == State.HEAD && head != null;
    }

    /** Whether a body is in progress. */
    boolean inBody() {
        return state == State.BODY;
    }

    /** Whether a request was read to its end, and nothing behind it. */
    boolean heldEmpty() {
        return state == State.HELD && whole && ahead == null;
    }

    /** Whether bytes that were read are being taken apart right now. */
    boolean inRead() {
        return inRead;
    }

    /** The head in progress, or of the request in progress; null when idle. */
    RequestHead head() {
        return head;
    }

    /** When the first byte of the head was read. */
    long startedNanos() {
        return startedNanos;
    }

    /** Whether what is still to come of the body is known, no more than that, and not held back for a 100. */
    boolean restUpTo(long bytes) {
        return body.left() >= 0 && body.left() <= bytes && !head.expectsContinue();
    }

    /** Bytes of the body that come next just as they are; see {@link io.sluice.stream.BodySource#contiguous}. */
    long contiguous() {
        return state == State.BODY && ahead == null ? body.contiguous() : 0;
    }

    /** Somebody else took so many of them from the socket. */
    void taken(long bytes) {
        body.taken(bytes);
        if (state == State.BODY && body.ended()) {
            endBody();
        }
    }

    /** Bytes thrown away since {@link #forget}. */
    long forgotten() {
        return forgotten;
    }

    /** Takes what one read brought. */
    void read(ByteBuf read) {
        ByteBuf in = ahead == null ? read : joined(read);
        inRead = true;
        try {
            boolean more = true;
            while (more && in.isReadable()) {
                more = switch (state) {
                    case HEAD -> readHead(in);
                    case BODY -> readBody(in);
                    case FORGETTING -> throwAway(in);
                    case HELD, CLOSED -> false;
                };
            }
        } finally {
            inRead = false;
            if (in.isReadable() && state == State.HELD) {
                ahead = in;
                reading.pause();
            } else {
                in.release();
            }
        }
    }

    private ByteBuf joined(ByteBuf read) {
        ByteBuf both = channel.alloc().directBuffer(ahead.readableBytes() + read.readableBytes());
        both.writeBytes(ahead).writeBytes(read);
        ahead.release();
        ahead = null;
        read.release();
        return both;
    }

    /** Returns whether there may be more to do with these bytes; so do the others. */
    private boolean readHead(ByteBuf in) {
        if (head == null) {
            whole = false;
            head = store.request();
            startedNanos = worker.wheel().nowNanos();
        }
        switch (worker.snapshot().requestParser().parseRequest(head, in)) {
            case INCOMPLETE -> requests.onHeadBegun();
            case REFUSED -> {
                if (!Preface.begins(head) || !passed(in)) {
                    state = State.HELD;
                    requests.onRefused(head.error());
                }
            }
            case COMPLETE -> {
                body.begin(head);
                state = State.BODY;
                requests.onHead(head);
                if (state == State.BODY && body.ended()) {
                    endBody();
                }
            }
        }
        return true;
    }

    /** Offers a connection of another version to who speaks it. */
    private boolean passed(ByteBuf in) {
        int count = head.length();
        ByteBuf all = channel.alloc().directBuffer(count + in.readableBytes());
        all.writeBytes(head.bytes(), 0, count).writeBytes(in, in.readerIndex(), in.readableBytes());
        if (!requests.onPreface()) {
            all.release();
            return false;
        }
        in.skipBytes(in.readableBytes());
        channel.pipeline().fireChannelRead(all);
        return true;
    }

    private boolean readBody(ByteBuf in) {
        ByteBuf slice;
        while (state == State.BODY && (slice = body.next(in)) != null) {
            requests.onBody(slice);
        }
        if (state == State.BODY && body.refused()) {
            state = State.HELD;
            requests.onBroken(ProxyError.MALFORMED_CHUNK);
        } else if (state == State.BODY && body.ended()) {
            endBody();
        }
        return true;
    }

    private void endBody() {
        Trailers trailers = body.trailers();
        state = State.HELD;
        whole = true;
        body.clear();
        // Whoever held the body back did so for the body: from here on the client is watched again.
        reading.resume();
        requests.onEnd(trailers);
    }

    private boolean throwAway(ByteBuf in) {
        forgotten += in.readableBytes();
        in.skipBytes(in.readableBytes());
        return false;
    }

    /** The next request may come, or may have come already. */
    void next() {
        store.give(head);
        head = null;
        state = State.HEAD;
        reading.resume();
        if (!inRead && ahead != null) {
            ByteBuf in = ahead;
            ahead = null;
            read(in);
        }
    }

    /** Reads no more of the request: it can't be told what its bytes mean. */
    void hold() {
        state = State.HELD;
    }

    /** Throws away what comes from now on. */
    void forget() {
        letGo();
        state = State.FORGETTING;
        reading.resume();
    }

    /** The bytes that were read behind the request, owned by the caller; null = none. */
    ByteBuf takeAhead() {
        ByteBuf taken = ahead;
        ahead = null;
        return taken;
    }

    /** Takes nothing more; idempotent. */
    void close() {
        letGo();
        state = State.CLOSED;
    }

    private void letGo() {
        body.clear();
        if (ahead != null) {
            ahead.release();
            ahead = null;
        }
        if (head != null) {
            store.give(head);
            head = null;
        }
    }
}
