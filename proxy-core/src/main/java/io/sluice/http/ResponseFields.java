package io.sluice.http;

import io.netty.util.AsciiString;

/**
 * Makes response heads of fields that came decoded (RFC 9113 §8.3.2), as strictly as {@link HeadParser} does of bytes: the
 * same limits, the same rules for names, values and lengths. <em>Loop-confined.</em> One serves all messages of a loop, each
 * from {@link #begin} to {@link #end}.
 */
public final class ResponseFields {
    private ResponseHead head;
    private HeadLimits limits;
    private ProxyError error;

    /** Makes one without a message. */
    public ResponseFields() {}

    /**
     * Begins a head.
     *
     * @param into    empty
     * @param statusText the value of {@code :status}; null = there was none
     */
    public void begin(ResponseHead into, HeadLimits bounds, AsciiString statusText) {
        head = into;
        limits = bounds;
        error = null;
        head.status = statusText == null ? 0 : status(statusText);
        if (head.status == 0) {
            error = ProxyError.MALFORMED_RESPONSE;
        }
    }

    /** Three digits from 100 to 599, but for 101, which HTTP/2 does not have (RFC 9113 §8.6); else 0. */
    private static int status(AsciiString text) {
        byte[] bytes = text.array();
        int at = text.arrayOffset();
        if (text.length() != 3 || !Octets.all(bytes, at, at + 3, Octets.DIGIT)) {
            return 0;
        }
        int status = (bytes[at] - '0') * 100 + (bytes[at + 1] - '0') * 10 + bytes[at + 2] - '0';
        return status < 100 || status > 599 || status == 101 ? 0 : status;
    }

    /** Adds a field that is no pseudo-header. */
    public void field(AsciiString name, AsciiString value) {
        if (error != null) {
            return;
        }
        if (!DecodedFields.name(name) || !DecodedFields.value(value)) {
            error = ProxyError.MALFORMED_RESPONSE;
        } else if (head.count() >= limits.fieldsMax()
                || head.length() + name.length() + value.length() + 4 > limits.headBytesMax()) {
            error = ProxyError.RESPONSE_HEAD_TOO_LARGE;
        } else {
            head.append(name, value);
            if (DecodedFields.connectionSpecific(head.name(head.count() - 1))) {
                error = ProxyError.MALFORMED_RESPONSE;
            }
        }
    }

    /**
     * Ends the head, and says what is wrong with it; null = nothing.
     *
     * @param method the request's
     * @param last   whether the message ends with it
     */
    public ProxyError end(Method method, boolean last) {
        ProxyError found = error != null ? error : ResponseRules.applyDecoded(head, method, last);
        head.error = found;
        head = null;
        return found;
    }
}
