package io.sluice.http;

/** How many more intermediaries an OPTIONS request may pass (RFC 9110 §7.6.2). <em>Immutable.</em> */
public final class MaxForwards {
    /** No limit was set, or none that can be read. */
    public static final int NONE = -1;

    private static final int DIGITS_MAX = 9;
    private static final int VALUE_MAX = 999_999_999;

    private MaxForwards() {}

    /**
     * The limit, 0 to 999,999,999, where larger ones count as this; at 0 the request is answered here. {@link #NONE} for
     * other methods (TRACE never comes this far), without a field, with two, or with one that is no number: such fields
     * are passed on as they are.
     */
    public static int of(RequestHead head) {
        int field = head.find(HeaderName.MAX_FORWARDS);
        if (head.method() != Method.OPTIONS || field < 0 || head.next(HeaderName.MAX_FORWARDS, field + 1) >= 0) {
            return NONE;
        }
        int start = head.valueStart(field);
        int end = head.valueEnd(field);
        if (!Octets.all(head.bytes, start, end, Octets.DIGIT)) {
            return NONE;
        }
        while (start < end - 1 && head.bytes[start] == '0') {
            start++;
        }
        return end - start > DIGITS_MAX ? VALUE_MAX : (int) Framing.length(head.bytes, start, end);
    }

    /**
     * Makes the head say one less. Allocates nothing.
     *
     * @param value what {@link #of} returned, at least 1
     */
    public static void decrement(RequestHead head, int value) {
        head.dropAll(HeaderName.MAX_FORWARDS);
        head.append(HeaderName.MAX_FORWARDS, value - 1L);
    }
}
