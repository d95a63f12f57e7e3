package io.sluice.stream;

import io.netty.buffer.ByteBuf;
import io.sluice.http.ProxyError;
import io.sluice.http.ResponseHead;
import io.sluice.http.Trailers;

/** What a {@link BackendStream} reports, on its event loop. Implementations are <em>Loop-confined</em>. */
public interface BackendListener {

    /** An interim or the final head; borrowed, to be edited at will, gone after the call. */
    void onResponseHead(ResponseHead head);

    /** A slice of the response body; takes the buffer. */
    void onResponseBody(ByteBuf data);

    /** The response ended as its framing said. */
    void onResponseEnd(Trailers trailers);

    /** No more came in this turn of the loop: the time to flush. */
    void onResponseBatchEnd();

    /** The stream is writable again. */
    void onBackendWritable();

    /** The backend takes no more of the request, but may still answer. */
    void onRequestRefused();

    /** The connection is gone, or what came over it is no HTTP. The last report. */
    void onBackendGone(ProxyError why);
}
