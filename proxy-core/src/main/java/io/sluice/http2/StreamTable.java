package io.sluice.http2;

import io.netty.util.collection.IntObjectHashMap;
import io.sluice.exchange.LiveView;
import io.sluice.http.ProxyError;
import io.sluice.telemetry.LiveExchanges;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * The streams of one connection whose exchanges have not ended, and what is to be done for which of them when a turn of the
 * loop ends. <em>Loop-confined.</em>
 */
final class StreamTable {
    private static final int HALF_CLOSED_MAX = 16;
    private static final long FORGOTTEN_BYTES_MAX = 64 * 1024;

    private final IntObjectHashMap<Http2ClientStream> live = new IntObjectHashMap<>(16);
    /** Those that were answered before the client had sent all; and how much of the rest came. */
    private final LinkedHashMap<Integer, Http2ClientStream> halfClosed = new LinkedHashMap<>(4);
    private final ArrayDeque<Http2ClientStream> fresh = new ArrayDeque<>();
    private List<Http2ClientStream> touched = new ArrayList<>();
    private List<Http2ClientStream> dirty = new ArrayList<>();
    private List<Http2ClientStream> blocked = new ArrayList<>();
    private List<Http2ClientStream> leaving = new ArrayList<>();
    private List<Http2ClientStream> spare = new ArrayList<>();

    Http2ClientStream find(int id) {
        return live.get(id);
    }

    /**
     * Whether the client has as many streams open as it was told it may. It may have read the end of a response before the kernel
     * has taken all that was written with that: such a stream is none to the client any more, so as many of them are allowed
     * beside.
     */
    boolean full() {
        if (live.size() < ServerCodec.STREAMS_MAX) {
            return false;
        }
        int open = 0;
        for (Http2ClientStream stream : live.values()) {
            open += stream.ending() ? 0 : 1;
        }
        return open >= ServerCodec.STREAMS_MAX || live.size() >= 2 * ServerCodec.STREAMS_MAX;
    }

    boolean isEmpty() {
        return live.isEmpty();
    }

    void add(Http2ClientStream stream) {
        live.put(stream.id(), stream);
    }

    void remove(Http2ClientStream stream) {
        live.remove(stream.id());
    }

    // ---- streams that were answered before the client had sent all ----

    /** One more of them; returns one that isn't waited for any longer, or null. */
    Http2ClientStream halfClosed(Http2ClientStream stream) {
        halfClosed.put(stream.id(), stream);
        return halfClosed.size() > HALF_CLOSED_MAX ? halfClosed.pollFirstEntry().getValue() : null;
    }

    /** More of such a request came; returns whether it is enough. */
    boolean unwanted(int id, int count, boolean last) {
        Http2ClientStream stream = halfClosed.get(id);
        boolean enough = stream != null && !last && stream.input().forgotten(count) > FORGOTTEN_BYTES_MAX;
        if (last || enough) {
            halfClosed.remove(id);
        }
        return enough;
    }

    /** The client ended it. */
    void forget(int id) {
        if (!halfClosed.isEmpty()) {
            halfClosed.remove(id);
        }
    }

    // ---- what is in flight ----

    void show(LiveExchanges to) {
        live.values().forEach(stream -> LiveView.show(stream.exchange(), to));
    }

    /** Tells every exchange that its client is gone. */
    void allGone(ProxyError why) {
        new ArrayList<>(live.values()).forEach(stream -> stream.gone(why));
    }

    /** Those that are still to be told something, of which the client has not said all. */
    List<Http2ClientStream> unended() {
        return live.values().stream().filter(stream -> !stream.input().whole() && !stream.ending()).toList();
    }

    /** Its head came in this read. */
    void fresh(Http2ClientStream stream) {
        fresh.add(stream);
    }

    /** The next of those whose exchange is to begin; null = there is none. */
    Http2ClientStream takeFresh() {
        Http2ClientStream stream;
        do {
            stream = fresh.poll();
        } while (stream != null && stream.finished());
        return stream;
    }

    /** Some of its request came. */
    void touched(Http2ClientStream stream) {
        if (touched.isEmpty() || touched.getLast() != stream) {
            touched.add(stream);
        }
    }

    /** Tells the exchanges of which something came that it was all in this turn. */
    void tellBatchEnd() {
        List<Http2ClientStream> now = touched;
        if (now.isEmpty()) {
            return;
        }
        touched = take();
        for (Http2ClientStream stream : now) {
            if (stream.listener() != null) {
                stream.listener().onRequestBatchEnd();
            }
        }
        giveBack(now);
    }

    /** Something of its response is new. */
    void dirty(Http2ClientStream stream) {
        dirty.add(stream);
    }

    /** Hands what is new to the flow controller; returns whether anything was. */
    boolean offerDirty() {
        List<Http2ClientStream> now = dirty;
        if (now.isEmpty()) {
            return false;
        }
        dirty = take();
        now.forEach(Http2ClientStream::offer);
        giveBack(now);
        return true;
    }

    /** It can't take more for now. */
    void blocked(Http2ClientStream stream) {
        blocked.add(stream);
    }

    /** Tells those that can take more again. */
    void tellWritable() {
        if (blocked.isEmpty()) {
            return;
        }
        List<Http2ClientStream> now = blocked;
        blocked = take();
        for (Http2ClientStream stream : now) {
            if (stream.drained()) {
                stream.tellWritable();
            } else {
                blocked.add(stream);
            }
        }
        giveBack(now);
    }

    /** Its last frame was gathered. */
    void leaving(Http2ClientStream stream) {
        leaving.add(stream);
    }

    /** Those whose last frame was gathered since this was asked last; null = none. To be {@link #tellSent}. */
    List<Http2ClientStream> takeLeaving() {
        if (leaving.isEmpty()) {
            return null;
        }
        List<Http2ClientStream> now = leaving;
        leaving = take();
        return now;
    }

    /** Tells them that the kernel has all. */
    void tellSent(List<Http2ClientStream> sent) {
        sent.forEach(Http2ClientStream::sent);
        giveBack(sent);
    }

    private List<Http2ClientStream> take() {
        List<Http2ClientStream> taken = spare;
        spare = null;
        return taken == null ? new ArrayList<>() : taken;
    }

    private void giveBack(List<Http2ClientStream> list) {
        list.clear();
        spare = list;
    }
}
