package io.sluice.bench;

import java.util.Map;

/**
 * A head as the two ends of the soak need it.
 *
 * <p><em>Immutable.</em>
 *
 * @param startLine the first line, without its end
 * @param fields    names in lower case; of repeated ones the last
 */
record WireHead(String startLine, Map<String, String> fields) {

    /** The second word of the start line: a target or a status. */
    String secondWord() {
        int begin = startLine.indexOf(' ') + 1;
        int end = startLine.indexOf(' ', begin);
        return end < 0 ? startLine.substring(begin) : startLine.substring(begin, end);
    }

    boolean chunked() {
        return "chunked".equals(fields.get("transfer-encoding"));
    }

    /** The announced length; -1 = none. */
    long contentLength() {
        String length = fields.get("content-length");
        return length == null ? -1 : Long.parseLong(length);
    }

    /** Whether the sender will close. */
    boolean closes() {
        return "close".equalsIgnoreCase(fields.get("connection"));
    }
}
