package io.sluice.http2;

import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import io.sluice.http.HeadLimits;
import io.sluice.http.Method;
import io.sluice.http.ResponseFields;
import io.sluice.http.ResponseHead;
import io.sluice.http.TrailerFields;
import io.sluice.http.Trailers;
import java.util.Map;

/**
 * Makes response heads and trailers of HTTP/2 fields. One serves all connections of a loop, since a head is made, reported
 * and forgotten within one call. <em>Loop-confined.</em>
 */
final class ResponseReading {
    private static final AsciiString STATUS = Http2Headers.PseudoHeaderName.STATUS.value();

    private final ResponseFields fields = new ResponseFields();
    private final ResponseHead head = new ResponseHead();

    /**
     * The head that these fields make, valid until the next call; its {@link ResponseHead#error} says whether it is one.
     *
     * @param method the request's
     * @param last   whether the response ends with it
     */
    ResponseHead head(Http2Headers from, HeadLimits limits, Method method, boolean last) {
        head.clear();
        CharSequence status = from.status();
        fields.begin(head, limits, status == null ? null : AsciiString.of(status));
        boolean seen = false;
        for (Map.Entry<CharSequence, CharSequence> field : from) {
            AsciiString name = AsciiString.of(field.getKey());
            // The only pseudo-header that a response has, once; any other is no name of a field.
            if (seen || !name.contentEquals(STATUS)) {
                fields.field(name, AsciiString.of(field.getValue()));
            } else {
                seen = true;
            }
        }
        fields.end(method, last);
        return head;
    }

    /** The trailers that these fields make; null if they are malformed. */
    static Trailers trailers(Http2Headers from, HeadLimits limits) {
        TrailerFields fields = new TrailerFields(limits);
        for (Map.Entry<CharSequence, CharSequence> field : from) {
            fields.field(AsciiString.of(field.getKey()), AsciiString.of(field.getValue()));
        }
        return fields.end();
    }
}
