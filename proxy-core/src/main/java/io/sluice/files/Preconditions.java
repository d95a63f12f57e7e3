package io.sluice.files;

import io.sluice.http.Method;
import io.sluice.http.RequestHead;
import java.nio.charset.StandardCharsets;

/** What a request asks to hold before a file is sent, in the order of RFC 9110 §13.2.2. <em>Immutable.</em> */
final class Preconditions {
    private static final byte[] IF_MATCH = name("if-match");
    private static final byte[] IF_NONE_MATCH = name("if-none-match");
    private static final byte[] IF_MODIFIED_SINCE = name("if-modified-since");
    private static final byte[] IF_UNMODIFIED_SINCE = name("if-unmodified-since");
    private static final byte[] IF_RANGE = name("if-range");
    private static final byte[] RANGE = name("range");

    private Preconditions() {}

    /** What becomes of a request. */
    enum Verdict {
        /** It is answered as if nothing had been asked. */
        SEND,
        /** The client has this version: 304. */
        NOT_MODIFIED,
        /** It is not the version that the client meant: 412. */
        FAILED
    }

    private static byte[] name(String lowerCase) {
        return lowerCase.getBytes(StandardCharsets.US_ASCII);
    }

    /** Judges a GET or HEAD. */
    static Verdict judge(RequestHead head, OpenFile file) {
        if (head.next(IF_MATCH, 0) >= 0) {
            if (!listed(head, IF_MATCH, file, true)) {
                return Verdict.FAILED;
            }
        } else {
            long unmodifiedSince = date(head, IF_UNMODIFIED_SINCE);
            if (unmodifiedSince != Long.MIN_VALUE && file.modifiedSeconds() > unmodifiedSince) {
                return Verdict.FAILED;
            }
        }
        if (head.next(IF_NONE_MATCH, 0) >= 0) {
            return listed(head, IF_NONE_MATCH, file, false) ? Verdict.NOT_MODIFIED : Verdict.SEND;
        }
        long modifiedSince = date(head, IF_MODIFIED_SINCE);
        return modifiedSince != Long.MIN_VALUE && file.modifiedSeconds() <= modifiedSince
                ? Verdict.NOT_MODIFIED
                : Verdict.SEND;
    }

    /** The ranges to send; null = all of the file. */
    static ByteRanges ranges(RequestHead head, OpenFile file) {
        int range = head.next(RANGE, 0);
        // RFC 9110 §14.2: only GET has ranges. A second field could be read differently elsewhere.
        if (range < 0 || head.method() != Method.GET || head.next(RANGE, range + 1) >= 0 || !sameVersion(head, file)) {
            return null;
        }
        return ByteRanges.of(head.value(range), file.size());
    }

    /** RFC 9110 §13.1.5: a tag that is the same by strong comparison, or the very date. */
    private static boolean sameVersion(RequestHead head, OpenFile file) {
        int field = head.next(IF_RANGE, 0);
        if (field < 0) {
            return true;
        }
        String validator = head.value(field);
        if (head.next(IF_RANGE, field + 1) >= 0 || file.tag().weak()) {
            return false;
        }
        return validator.startsWith("\"")
                ? validator.equals(file.tag().opaque())
                : HttpDate.seconds(validator) == file.modifiedSeconds();
    }

    private static boolean listed(RequestHead head, byte[] name, OpenFile file, boolean strong) {
        for (int i = head.next(name, 0); i >= 0; i = head.next(name, i + 1)) {
            if (file.tag().in(head.value(i), strong)) {
                return true;
            }
        }
        return false;
    }

    /** {@link Long#MIN_VALUE} without a date, or with two. */
    private static long date(RequestHead head, byte[] name) {
        int field = head.next(name, 0);
        return field < 0 || head.next(name, field + 1) >= 0 ? Long.MIN_VALUE : HttpDate.seconds(head.value(field));
    }
}
