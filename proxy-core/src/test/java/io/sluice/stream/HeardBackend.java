package io.sluice.stream;

import io.netty.buffer.ByteBuf;
import io.sluice.http.ProxyError;
import io.sluice.http.ResponseHead;
import io.sluice.http.Trailers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Notes what a backend's stream reports, in words. <em>Loop-confined</em>, but for {@link #events}, which anyone may read. */
public final class HeardBackend implements BackendListener {
    /** In the order in which they were reported. */
    public final List<String> events = new CopyOnWriteArrayList<>();
    /** Run within the report of a response's end. */
    public Runnable atEnd = () -> {};

    @Override
    public void onResponseHead(ResponseHead head) {
        events.add(Integer.toString(head.status()));
    }

    @Override
    public void onResponseBody(ByteBuf data) {
        events.add(data.toString(StandardCharsets.ISO_8859_1));
        data.release();
    }

    @Override
    public void onResponseEnd(Trailers trailers) {
        events.add("end");
        atEnd.run();
    }

    @Override
    public void onResponseBatchEnd() {
        events.add("batch");
    }

    @Override
    public void onBackendWritable() {
        events.add("writable");
    }

    @Override
    public void onRequestRefused() {
        events.add("refused");
    }

    @Override
    public void onBackendGone(ProxyError why) {
        events.add("gone " + why);
    }
}
