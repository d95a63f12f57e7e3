package io.sluice.stream;

import io.netty.buffer.ByteBuf;
import io.netty.channel.FileRegion;
import io.sluice.config.BufferConfig;
import io.sluice.http.BodyFraming;
import io.sluice.http.Head;
import io.sluice.http.Encryption;
import io.sluice.http.Peer;
import io.sluice.http.ProxyError;
import io.sluice.http.ResponseHead;
import io.sluice.http.Trailers;
import io.sluice.transport.LoopBuffer;
import io.sluice.transport.RawSocket;
import io.sluice.transport.SocketReading;
import io.sluice.transport.SocketlessChannel;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A client of no protocol: notes what it is told. It takes everything at once unless it is slow. <em>Loop-confined.</em> */
public final class FakeClient implements ClientStream {
    /** What happened, in order: a status, {@code body}, {@code end}, {@code flush}, {@code pause}, {@code resume}. */
    public final List<String> events = new ArrayList<>();
    /** The status of the final head; 0 before. */
    public int status;
    /** The fields of the final head, a line each. */
    public String fields = "";
    /** How the response's body is framed. */
    public BodyFraming framing;
    /** The length that the head tells; -1 = none. */
    public long contentLength;
    /** The response body that came. */
    public String body = "";
    /** Whether the response was ended. */
    public boolean ended;
    /** How often it was reported as sent. */
    public int sent;
    /** Whether the connection closes after the response. */
    public boolean closing;
    /** Whether it was closing when the final head came. */
    public boolean closingAtHead;
    /** Why it was aborted, or null. */
    public ProxyError aborted;
    /** How often it was aborted. */
    public int aborts;
    /** Whether it is not read. */
    public boolean paused;
    /** Whether the rest of the request is so short that {@link #discardRequest} closes nothing. */
    public boolean shortRest = true;
    /** Whether the kernel takes nothing for now. */
    public boolean slow;
    /** Whether it wants more. */
    public boolean writable = true;
    /** Bytes that wait. */
    public long pending;
    /** Whether {@link #peer} fails, as only a defect would. */
    public boolean broken;
    /** Its socket, once it was left to a tunnel. */
    public SocketlessChannel detached;
    /** Run within the next flush, once. */
    public Runnable onFlush;
    /** Who is told. */
    public ClientListener listener;
    private boolean left;
    /** Whether its connection is encrypted. */
    public boolean secure;
    /** Whether its forwarding fields are believed. */
    public boolean trusted;

    /** Takes all that waits. */
    public void takesAll() {
        slow = false;
        pending = 0;
        if (ended) {
            sent++;
            listener.onResponseSent();
        }
    }

    /** Wants more again. */
    public void wantsMore() {
        writable = true;
        listener.onClientWritable();
    }

    @Override
    public Peer peer() {
        if (broken) {
            throw new IllegalStateException("thrown by a test");
        }
        return new Peer(new InetSocketAddress("192.0.2.7", 50000), new InetSocketAddress("192.0.2.1", 8080),
                secure ? new Encryption("TLSv1.3", "TLS_AES_128_GCM_SHA256", null, null) : null, trusted, 0);
    }

    @Override
    public void head(ResponseHead head) {
        events.add(Integer.toString(head.status()));
        if (!head.interim()) {
            if (status != 0) {
                throw new AssertionError("a second head: " + head.status() + " after " + status);
            }
            status = head.status();
            framing = head.framing();
            contentLength = head.contentLength();
            fields = fields(head);
            closingAtHead = closing;
            left = false;
        }
    }

    @Override
    public boolean retract() {
        if (left || status == 0 || ended) {
            return false;
        }
        events.add("retract");
        status = 0;
        body = "";
        return true;
    }

    private static String fields(Head head) {
        byte[] out = new byte[head.length()];
        return new String(out, 0, head.copyFields(out, 0), StandardCharsets.ISO_8859_1);
    }

    @Override
    public void closeAfterResponse() {
        closing = true;
    }

    @Override
    public void discardRequest() {
        closing |= !shortRest;
    }

    @Override
    public void abort(ProxyError why) {
        aborted = why;
        aborts++;
    }

    @Override
    public void body(ByteBuf data) {
        events.add("body");
        body += data.toString(StandardCharsets.ISO_8859_1);
        pending += slow ? data.readableBytes() : 0;
        data.release();
    }

    @Override
    public void end(Trailers trailers) {
        events.add("end");
        ended = true;
    }

    @Override
    public void flush() {
        events.add("flush");
        left = true;
        Runnable now = onFlush;
        onFlush = null;
        if (now != null) {
            now.run();
        }
        if (ended && !slow && sent == 0) {
            sent++;
            listener.onResponseSent();
        }
    }

    @Override
    public boolean writable() {
        return writable;
    }

    @Override
    public long pendingBytes() {
        return pending;
    }

    @Override
    public void pause() {
        events.add("pause");
        paused = true;
    }

    @Override
    public void resume() {
        events.add("resume");
        paused = false;
    }

    @Override
    public void pace(SocketReading.Pace pace) {
        if (pace == SocketReading.Pace.LONG) {
            events.add("bulk");
        }
    }

    @Override
    public long contiguous() {
        return 0;
    }

    @Override
    public SocketReading socket() {
        return null;
    }

    @Override
    public void taken(long bytes, boolean followed) {
        throw new UnsupportedOperationException();
    }

    @Override
    public RawSocket detach() {
        detached = new SocketlessChannel();
        LoopBuffer reads = new LoopBuffer(detached.alloc());
        BufferConfig buffers = new BufferConfig(16 << 10, 128 << 10, 64 << 10);
        return new RawSocket(detached, new SocketReading(detached, buffers, reads), null);
    }

    @Override
    public void region(FileRegion data) {
        throw new UnsupportedOperationException();
    }
}
