package io.sluice.http;

import java.nio.charset.StandardCharsets;

/**
 * What a request's fields must say together: one Host, one framing, an expectation we know, no body with an upgrade; and
 * what follows from them for the head. <em>Immutable.</em>
 */
final class RequestRules {
    private static final byte[] CONTINUE = "100-continue".getBytes(StandardCharsets.US_ASCII);

    private RequestRules() {}

    /** Completes a head whose lines are read; null unless it is refused. */
    static ProxyError apply(RequestHead head) {
        int options = ConnectionOptions.of(head);
        if ((options & ConnectionOptions.TOO_MANY) != 0) {
            return ProxyError.MALFORMED_FIELD;
        }
        head.keepAlive = ConnectionOptions.persistent(options, head.minorVersion);
        ProxyError error = host(head);
        if (error == null) {
            error = framing(head);
        }
        if (error == null) {
            error = expectation(head);
        }
        boolean upgrade = (options & ConnectionOptions.UPGRADE) != 0 && head.find(HeaderName.UPGRADE) >= 0;
        if (error == null && upgrade && head.framing != BodyFraming.NONE && !Upgrade.offered(head).isEmpty()) {
            // Who reads these bytes, HTTP or the new protocol, nobody could say (CVE-2026-58055).
            return ProxyError.UPGRADE_WITH_BODY;
        }
        return error;
    }

    /** RFC 9112 §3.2: exactly one valid Host, which only HTTP/1.0 may leave out; an absolute target's authority wins. */
    private static ProxyError host(RequestHead head) {
        int field = head.find(HeaderName.HOST);
        if (field < 0) {
            if (head.minorVersion > 0) {
                return ProxyError.INVALID_HOST;
            }
        } else {
            int start = head.valueStart(field);
            int hostEnd = Authority.hostEnd(head.bytes, start, head.valueEnd(field));
            if (hostEnd < 0 || head.next(HeaderName.HOST, field + 1) >= 0) {
                return ProxyError.INVALID_HOST;
            }
            if (head.authorityEnd == 0) {
                head.hostStart = start;
                head.hostEnd = hostEnd;
            }
        }
        if (head.authorityEnd > 0) {
            head.dropAll(HeaderName.HOST);
            head.append(HeaderName.HOST, head.hostStart, head.authorityEnd);
        }
        return null;
    }

    /** RFC 9112 §6.3, with every case refused that it lets a recipient repair. */
    private static ProxyError framing(RequestHead head) {
        int coding = head.find(HeaderName.TRANSFER_ENCODING);
        int length = head.find(HeaderName.CONTENT_LENGTH);
        if (coding >= 0) {
            return length >= 0 ? ProxyError.CONFLICTING_FRAMING : coding(head, coding);
        }
        if (length >= 0) {
            long value = Framing.length(head.bytes, head.valueStart(length), head.valueEnd(length));
            if (value < 0 || head.next(HeaderName.CONTENT_LENGTH, length + 1) >= 0) {
                return ProxyError.INVALID_CONTENT_LENGTH;
            }
            head.contentLength = value;
            head.framing = value > 0 ? BodyFraming.LENGTH : BodyFraming.NONE;
        }
        return null;
    }

    private static ProxyError coding(RequestHead head, int field) {
        int start = head.valueStart(field);
        int end = head.valueEnd(field);
        // RFC 9112 §6.1: HTTP/1.0 knows no transfer coding, whoever sends one there has confused somebody.
        if (head.minorVersion == 0 || head.next(HeaderName.TRANSFER_ENCODING, field + 1) >= 0) {
            return ProxyError.INVALID_TRANSFER_ENCODING;
        }
        if (Framing.chunked(head.bytes, start, end)) {
            head.framing = BodyFraming.CHUNKED;
            return null;
        }
        return Framing.compressedAndChunked(head.bytes, start, end)
                ? ProxyError.UNSUPPORTED_TRANSFER_ENCODING
                : ProxyError.INVALID_TRANSFER_ENCODING;
    }

    /** RFC 9110 §10.1.1. */
    private static ProxyError expectation(RequestHead head) {
        int field = head.find(HeaderName.EXPECT);
        if (field < 0) {
            return null;
        }
        boolean known = Ascii.equalsLowerCase(head.bytes, head.valueStart(field), head.valueEnd(field), CONTINUE);
        if (!known || head.next(HeaderName.EXPECT, field + 1) >= 0) {
            return ProxyError.EXPECTATION_FAILED;
        }
        if (head.minorVersion > 0 && head.framing != BodyFraming.NONE) {
            head.expectsContinue = true;
        } else {
            // HTTP/1.0 has no 100, and without a body there is nothing to wait for: no backend is asked to wait either.
            head.drop(field);
        }
        return null;
    }
}
