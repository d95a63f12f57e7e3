package io.sluice.stream;

import io.netty.buffer.ByteBuf;
import io.sluice.http.ProxyError;
import io.sluice.http.Trailers;

/** What a {@link ClientStream} reports to its exchange, on its event loop. Implementations are <em>Loop-confined</em>. */
public interface ClientListener {

    /** A slice of the request body; takes the buffer. */
    void onRequestBody(ByteBuf data);

    /** The request body ended. */
    void onRequestEnd(Trailers trailers);

    /** No more came in this turn of the loop: the time to flush. */
    void onRequestBatchEnd();

    /** The stream is writable again. */
    void onClientWritable();

    /** The whole response, its end included, was taken by the kernel. The last report, but for none. */
    void onResponseSent();

    /** The rest of the request can't be read, though the client is still there to be told. No more of the request is reported. */
    void onRequestBroken(ProxyError why);

    /** The client left. The last report. */
    void onClientGone(ProxyError why);
}
