package io.sluice.exchange;

import io.sluice.http.HeaderLine;
import io.sluice.http.HeaderName;
import io.sluice.http.ProxyError;
import io.sluice.http.RequestHead;
import io.sluice.route.Action;
import io.sluice.route.Deadlines;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What a gRPC call asks for besides what any request does: its deadline, and errors in the form that its library reads
 * (gRPC over HTTP/2). <em>Immutable.</em>
 */
final class Grpc {
    private static final byte[] TYPE = ascii("application/grpc");
    private static final byte[] TIMEOUT = ascii("grpc-timeout");
    private static final int TIMEOUT_DIGITS_MAX = 8;
    private static final HeaderLine CONTENT_TYPE = HeaderLine.of("Content-Type", "application/grpc");

    private static final int PERMISSION_DENIED = 7;
    private static final int DEADLINE_EXCEEDED = 4;
    private static final int RESOURCE_EXHAUSTED = 8;
    private static final int UNIMPLEMENTED = 12;
    private static final int INTERNAL = 13;
    private static final int UNAVAILABLE = 14;

    private Grpc() {}

    /** Whether it is a call: {@code application/grpc}, with or without a suffix such as {@code +proto} or {@code -web}. */
    static boolean call(RequestHead head) {
        int field = head.find(HeaderName.CONTENT_TYPE);
        if (field < 0) {
            return false;
        }
        int start = head.valueStart(field);
        int end = start + TYPE.length;
        if (end > head.valueEnd(field)) {
            return false;
        }
        for (int i = 0; i < TYPE.length; i++) {
            // Letters alone differ by this bit where only the case does; the rest is compared as it is.
            byte b = head.bytes()[start + i];
            if ((b >= 'A' && b <= 'Z' ? b | 0x20 : b) != TYPE[i]) {
                return false;
            }
        }
        return end == head.valueEnd(field) || "+;- ".indexOf(head.bytes()[end]) >= 0;
    }

    /** How long the caller waits, in nanoseconds; {@link Deadlines#NONE} where it does not say, or not so that one understands it. */
    static long timeoutNanos(RequestHead head) {
        int field = call(head) ? head.next(TIMEOUT, 0) : -1;
        if (field < 0) {
            return Deadlines.NONE;
        }
        int unit = head.valueEnd(field) - 1;
        int start = head.valueStart(field);
        if (unit <= start || unit - start > TIMEOUT_DIGITS_MAX) {
            return Deadlines.NONE;
        }
        long number = 0;
        for (int i = start; i < unit; i++) {
            int digit = head.bytes()[i] - '0';
            if (digit < 0 || digit > 9) {
                return Deadlines.NONE;
            }
            number = 10 * number + digit;
        }
        return Math.min(Deadlines.NONE, switch (head.bytes()[unit]) {
            case 'H' -> TimeUnit.HOURS.toNanos(number);
            case 'M' -> TimeUnit.MINUTES.toNanos(number);
            case 'S' -> TimeUnit.SECONDS.toNanos(number);
            case 'm' -> TimeUnit.MILLISECONDS.toNanos(number);
            case 'u' -> TimeUnit.MICROSECONDS.toNanos(number);
            case 'n' -> number;
            default -> Deadlines.NONE;
        });
    }

    /** The answer to a call that failed here: a response without a body, whose status stands in its head. */
    static Action.Answer answer(ProxyError error) {
        return new Action.Answer(
                200,
                List.of(
                        CONTENT_TYPE,
                        HeaderLine.of("grpc-status", Integer.toString(status(error))),
                        HeaderLine.of("grpc-message", message(error))),
                new byte[0]);
    }

    /** What a caller is told of an error in words; ours need no escapes. */
    static String message(ProxyError error) {
        return "sluice: " + error.word();
    }

    /** What a library of gRPC makes of an error; as it would of the HTTP status, but where ours says more. */
    static int status(ProxyError error) {
        return switch (error) {
            case RATE_LIMITED, OVERLOADED, QUEUE_FULL, QUEUE_TIMEOUT, POOL_EXHAUSTED, REQUEST_BODY_TOO_LARGE,
                    REQUEST_HEAD_TOO_LARGE, TOO_MANY_FIELDS -> RESOURCE_EXHAUSTED;
            case CONNECT_TIMEOUT, BACKEND_UNRESPONSIVE -> UNAVAILABLE;
            default -> switch (error.status()) {
                case 403 -> PERMISSION_DENIED;
                case 404, 405, 501 -> UNIMPLEMENTED;
                case 408, 504 -> DEADLINE_EXCEEDED;
                case 429 -> RESOURCE_EXHAUSTED;
                case 502, 503 -> UNAVAILABLE;
                default -> INTERNAL;
            };
        };
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
