package io.sluice.http;

import java.nio.charset.StandardCharsets;

/** What a request's fields must say together: one host, one framing (RFC 9112 §3.2, §6). <em>Immutable.</em> */
final class RequestRules {
    private static final byte[] CONTINUE = "100-continue".getBytes(StandardCharsets.US_ASCII);

    private RequestRules() {}

    static ProxyError settle(RequestHead head) {
        ProxyError error = framing(head);
        if (error == null) {
            error = host(head);
        }
        if (error == null) {
            error = expectation(head);
        }
        if (error != null) {
            return error;
        }
        head.keepAlive = Fields.persists(head);
        boolean upgrade = head.find(HeaderName.UPGRADE) >= 0;
        return upgrade && head.framing != BodyFraming.NONE ? ProxyError.UPGRADE_WITH_BODY : null;
    }

    private static ProxyError framing(RequestHead head) {
        int length = head.find(HeaderName.CONTENT_LENGTH);
        int coding = head.find(HeaderName.TRANSFER_ENCODING);
        if (coding >= 0) {
            if (length >= 0) {
                return ProxyError.CONFLICTING_FRAMING;
            }
            if (head.http10() || head.next(HeaderName.TRANSFER_ENCODING, coding + 1) >= 0) {
                return ProxyError.INVALID_TRANSFER_ENCODING;
            }
            if (!Fields.chunked(head, coding)) {
                return Fields.listsChunkedLast(head, coding)
                        ? ProxyError.UNSUPPORTED_TRANSFER_ENCODING
                        : ProxyError.INVALID_TRANSFER_ENCODING;
            }
            head.framing = BodyFraming.CHUNKED;
        } else if (length >= 0) {
            long value = Fields.contentLength(head, length);
            if (value < 0) {
                return ProxyError.INVALID_CONTENT_LENGTH;
            }
            head.contentLength = value;
            head.framing = value == 0 ? BodyFraming.NONE : BodyFraming.LENGTH;
        }
        return null;
    }

    private static ProxyError host(RequestHead head) {
        int host = head.find(HeaderName.HOST);
        if (host < 0) {
            return head.http10() && head.authorityStart == head.authorityEnd ? null : missing(head);
        }
        int start = head.valueStart(host);
        int hostEnd = Authority.hostEnd(head.bytes, start, head.valueEnd(host));
        if (hostEnd < 0 || head.next(HeaderName.HOST, host + 1) >= 0) {
            return ProxyError.INVALID_HOST;
        }
        if (head.authorityStart == head.authorityEnd) {
            head.hostStart = start;
            head.hostEnd = hostEnd;
        } else {
            head.drop(host);
            head.append(HeaderName.HOST, head.text(head.authorityStart, head.authorityEnd));
        }
        return null;
    }

    /** Without Host only HTTP/1.0 may come; its absolute form then names the host. */
    private static ProxyError missing(RequestHead head) {
        if (!head.http10()) {
            return ProxyError.INVALID_HOST;
        }
        head.append(HeaderName.HOST, head.text(head.authorityStart, head.authorityEnd));
        return null;
    }

    private static ProxyError expectation(RequestHead head) {
        int expect = head.find(HeaderName.EXPECT);
        if (expect < 0) {
            return null;
        }
        if (head.http10()) {
            head.dropAll(HeaderName.EXPECT);
            return null;
        }
        boolean known = Ascii.equalsLowerCase(head.bytes, head.valueStart(expect), head.valueEnd(expect), CONTINUE);
        if (!known || head.next(HeaderName.EXPECT, expect + 1) >= 0) {
            return ProxyError.EXPECTATION_FAILED;
        }
        head.expectsContinue = head.framing != BodyFraming.NONE;
        return null;
    }
}
