package io.sluice.bench;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * One request and what must come back for it. <em>Loop-confined</em> to its client.
 */
final class SoakAnswer {
    private static final long SIP_PAUSE_MILLIS = 2;

    private final String service;
    private final BackendManner manner;
    private final Payload answer;
    private final Payload upload;
    private long pauseMillis;
    private long position;

    /**
     * @param upload null = the request has no body
     */
    SoakAnswer(String service, BackendManner manner, Payload answer, Payload upload) {
        this.service = service;
        this.manner = manner;
        // Half an answer is only seen to be half if there are two bytes.
        this.answer = manner.outcome() == BackendManner.Outcome.INCOMPLETE && answer.size() < 2
                ? new Payload(answer.offset(), 2) : answer;
        this.upload = upload;
    }

    /**
     * How a request ended.
     *
     * <p><em>Immutable.</em>
     *
     * @param ending       for the tally
     * @param checkedBytes of bodies, both ways
     * @param wrong        null = nothing
     * @param reusable     whether the connection can carry another request
     */
    record Verdict(String ending, long checkedBytes, String wrong, boolean reusable) {}

    BackendManner manner() {
        return manner;
    }

    String target() {
        return "/" + service + "/" + manner.word() + "/" + answer.offset() + "/" + answer.size();
    }

    /** The head of the request; {@code fields} are whole lines with their ends. */
    String request(String method, String fields) {
        return method + " " + target() + " HTTP/1.1\r\nHost: soak.test\r\nUser-Agent: soak\r\n" + fields + "\r\n";
    }

    /** From now on the answer is read slowly. */
    void sips() {
        pauseMillis = SIP_PAUSE_MILLIS;
    }

    /** Reads the answer and judges it. */
    Verdict receive(WireReader reader) {
        WireHead head;
        try {
            head = reader.head();
            if (head == null) {
                return broken("closed without an answer");
            }
            if (!head.secondWord().equals("200")) {
                return refused(head, reader);
            }
            if (head.chunked()) {
                reader.chunks(this::check);
            } else if (head.contentLength() >= 0) {
                reader.length(head.contentLength(), this::check);
            } else {
                reader.untilClose(this::check);
            }
        } catch (WrongBytes e) {
            return new Verdict("wrong", position, e.getMessage(), false);
        } catch (SocketTimeoutException e) {
            return new Verdict("stuck", position, "nothing came any more, after " + position + " bytes", false);
        } catch (EOFException e) {
            return broken(e.getMessage());
        } catch (IOException e) {
            return broken(e.toString());
        }
        return complete(head);
    }

    private Verdict complete(WireHead head) {
        String wrong = null;
        if (manner.outcome() == BackendManner.Outcome.INCOMPLETE) {
            wrong = "an incomplete answer looked complete, with " + position + " bytes";
        } else if (position != answer.size()) {
            wrong = "the answer ended after " + position + " bytes";
        } else if (manner != BackendManner.EARLY && checksum() != null
                && !checksum().equals(head.fields().get(SoakBackend.CHECKSUM.toLowerCase(Locale.ROOT)))) {
            wrong = "the backend received another body than was sent, of " + upload.size() + " bytes";
        }
        boolean framed = head.chunked() || head.contentLength() >= 0;
        long bytes = position + (upload == null ? 0 : upload.size());
        // Without a proxy between, it's the client's own connection that hangs up.
        boolean reusable = wrong == null && framed && !head.closes() && manner != BackendManner.HANG_UP;
        return new Verdict(wrong == null ? "complete" : "wrong", bytes, wrong, reusable);
    }

    private Verdict refused(WireHead head, WireReader reader) throws IOException {
        reader.length(Math.max(0, head.contentLength()), (bytes, from, count) -> { });
        boolean mayFail = manner.outcome() != BackendManner.Outcome.COMPLETE && head.secondWord().startsWith("50");
        // An error that comes before the whole upload was read leaves the rest of it on the connection.
        return new Verdict("status " + head.secondWord(), 0, mayFail ? null : head.startLine(),
                mayFail && !head.closes() && upload == null);
    }

    private Verdict broken(String how) {
        boolean mayBreak = manner.outcome() != BackendManner.Outcome.COMPLETE;
        return new Verdict("cut", position, mayBreak ? null : how + ", after " + position + " bytes", false);
    }

    /** What the backend must say of the upload; null = nothing. */
    private String checksum() {
        return upload == null ? null : upload.checksum();
    }

    private void check(byte[] bytes, int from, int count) throws IOException {
        if (!answer.matches(position, bytes, from, count)) {
            throw new WrongBytes("wrong bytes between " + position + " and " + (position + count));
        }
        position += count;
        if (pauseMillis > 0) {
            try {
                TimeUnit.MILLISECONDS.sleep(pauseMillis);
            } catch (InterruptedException e) {
                throw new IOException("interrupted", e);
            }
        }
    }

    /** The body isn't the one that was sent. <em>Immutable.</em> */
    private static final class WrongBytes extends IOException {
        private static final long serialVersionUID = 1;

        WrongBytes(String message) {
            super(message);
        }
    }
}
