package io.sluice.bench;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One client of the soak: it sends one thing after the other until no request is left, and checks every answer.
 *
 * <p><em>Loop-confined</em> to the thread that runs it, but for {@link #cutIfStuck}. <em>Ends</em> when no request is
 * left; its connection is closed then.
 */
final class SoakClient implements Runnable {
    private static final long STUCK_NANOS = TimeUnit.SECONDS.toNanos(40);
    private static final int PIPELINED_MAX = 8;
    private static final int SIP_BYTES = 16 << 10;

    private final InetSocketAddress proxy;
    private final SoakMix mix;
    private final SplittableRandom random;
    private final AtomicLong left;
    private final SoakTally tally;

    private Socket socket;
    private WireReader reader;
    private OutputStream out;

    /** For the watch: what to close, and since when it has been busy; 0 = not busy. */
    private volatile Socket watched;
    private volatile long busySinceNanos;
    private volatile SoakAct act = SoakAct.GET;

    /**
     * @param left requests that all clients together may still send
     */
    SoakClient(int port, SoakMix mix, SplittableRandom random, AtomicLong left, SoakTally tally) {
        this.proxy = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        this.mix = mix;
        this.random = random;
        this.left = left;
        this.tally = tally;
    }

    @Override
    public void run() {
        while (left.getAndDecrement() > 0) {
            act = mix.next(random);
            busySinceNanos = System.nanoTime() | 1;
            try {
                perform();
                if (random.nextInt(20) == 0) {
                    leave();
                }
            } catch (IOException | RuntimeException e) {
                // Everything that may go wrong was caught where it may; this may not.
                tally.ended("broken");
                tally.failed(act + ": " + e);
                leave();
            }
        }
        busySinceNanos = 0;
        leave();
    }

    /** Closes the connection if one act takes for ever, and says so. Any thread. */
    void cutIfStuck(long nowNanos) {
        long since = busySinceNanos;
        Socket current = watched;
        if (since != 0 && nowNanos - since > STUCK_NANOS && current != null && !current.isClosed()) {
            tally.failed(act + ": nothing happened for " + TimeUnit.NANOSECONDS.toSeconds(STUCK_NANOS) + " s");
            quietly(current);
        }
    }

    private void perform() throws IOException {
        switch (act) {
            case GET -> get("steady", steady(), body(Payload.SIZE_MAX));
            case GET_MOODY -> get("moody", moody(), body(Payload.SIZE_MAX));
            case POST -> post("steady", steady(), false);
            case POST_CHUNKED -> post("steady", steady(), true);
            case POST_MOODY -> post("moody", moody(), random.nextBoolean());
            case PIPELINE -> pipeline();
            case SIP -> sip();
            case LEAVE_IN_HEAD -> leaveInHead();
            case LEAVE_IN_UPLOAD -> leaveInUpload();
            case LEAVE_IN_ANSWER -> leaveInAnswer(steady(), large());
            case GET_ANY_LENGTH -> get("steady", BackendManner.LENGTH, anyLength(0));
            case LEAVE_IN_ANY_LENGTH -> leaveInAnswer(BackendManner.LENGTH, anyLength(2));
        }
    }

    private void get(String service, BackendManner manner, Payload answer) throws IOException {
        connect(0);
        SoakAnswer expected = new SoakAnswer(service, manner, answer, null);
        try {
            send(expected.request("GET", ""));
            out.flush();
        } catch (IOException e) {
            unsent(expected, e);
            return;
        }
        receive(expected);
    }

    private void post(String service, BackendManner manner, boolean chunked) throws IOException {
        Payload upload = body(Payload.SIZE_MAX);
        SoakAnswer expected = new SoakAnswer(service, manner, body(8 << 10), upload);
        connect(0);
        try {
            if (chunked) {
                send(expected.request("POST", "Transfer-Encoding: chunked\r\n"));
                SoakChunks.write(out, upload, upload.size());
                SoakChunks.end(out, "X-Trailer: soak\r\n");
            } else {
                send(expected.request("POST", "Content-Length: " + upload.size() + "\r\n"));
                out.write(Payload.bytes(), upload.offset(), upload.size());
            }
            out.flush();
        } catch (IOException e) {
            unsent(expected, e);
            return;
        }
        receive(expected);
    }

    private void pipeline() throws IOException {
        SoakAnswer[] expected = new SoakAnswer[2 + random.nextInt(PIPELINED_MAX - 1)];
        connect(0);
        for (int i = 0; i < expected.length; i++) {
            BackendManner manner = random.nextInt(4) == 0 ? BackendManner.CHUNKED : BackendManner.LENGTH;
            expected[i] = new SoakAnswer("steady", manner, body(64 << 10), null);
            send(expected[i].request("GET", ""));
        }
        left.addAndGet(1 - expected.length);
        out.flush();
        for (SoakAnswer answer : expected) {
            if (socket == null) {
                tally.ended("broken");
                tally.failed("PIPELINE: the connection was closed before all was answered");
            } else {
                receive(answer);
            }
        }
    }

    private void sip() throws IOException {
        leave();
        connect(SIP_BYTES);
        SoakAnswer expected = new SoakAnswer("steady", steady(), large(), null);
        send(expected.request("GET", ""));
        out.flush();
        expected.sips();
        receive(expected);
        leave();
    }

    private void leaveInHead() throws IOException {
        connect(0);
        String request = new SoakAnswer("steady", steady(), body(Payload.SIZE_MAX), null).request("GET", "");
        send(request.substring(0, 1 + random.nextInt(request.length() - 1)));
        out.flush();
        leaveSomehow("left in head");
    }

    private void leaveInUpload() throws IOException {
        Payload upload = large();
        boolean chunked = random.nextBoolean();
        String framing = chunked ? "Transfer-Encoding: chunked" : "Content-Length: " + upload.size();
        connect(0);
        try {
            send(new SoakAnswer("steady", steady(), body(8 << 10), upload).request("POST", framing + "\r\n"));
            int count = random.nextInt(upload.size());
            if (chunked) {
                SoakChunks.write(out, upload, count);
            } else {
                out.write(Payload.bytes(), upload.offset(), count);
            }
            out.flush();
        } catch (IOException e) {
            tally.failed("LEAVE_IN_UPLOAD: the upload was refused: " + e);
        }
        leaveSomehow("left in upload");
    }

    private void leaveInAnswer(BackendManner manner, Payload answer) throws IOException {
        connect(0);
        send(new SoakAnswer("steady", manner, answer, null).request("GET", ""));
        out.flush();
        if (random.nextInt(4) != 0) {
            // A part only: the head at least, perhaps half of the body.
            int part = random.nextInt(answer.size() / 2);
            WireHead head = reader.head();
            if (head == null || !head.secondWord().equals("200")) {
                tally.failed("LEAVE_IN_ANSWER: " + (head == null ? "no answer" : head.startLine()));
            } else {
                reader.length(part, (bytes, from, count) -> { });
            }
        }
        leaveSomehow("left in answer");
    }

    /** Reads one answer and judges it; the connection is closed unless it can be used again. */
    private void receive(SoakAnswer expected) throws IOException {
        SoakAnswer.Verdict verdict = expected.receive(reader);
        tally.ended(verdict.ending());
        tally.checked(verdict.checkedBytes());
        if (verdict.wrong() != null) {
            tally.failed(act + " " + expected.target() + ": " + verdict.wrong());
        }
        if (!verdict.reusable()) {
            leave();
        }
    }

    /** The proxy closed before it had the whole request. */
    private void unsent(SoakAnswer expected, IOException why) {
        if (expected.manner().outcome() == BackendManner.Outcome.COMPLETE) {
            tally.failed(act + " " + expected.target() + ": the request was refused: " + why);
        }
        tally.ended("cut");
        leave();
    }

    /** Opens a connection unless one is open; 0 = the usual receive buffer. */
    private void connect(int receiveBufferBytes) throws IOException {
        if (socket != null) {
            return;
        }
        Socket opened = new Socket();
        if (receiveBufferBytes > 0) {
            opened.setReceiveBufferSize(receiveBufferBytes);
        }
        opened.setTcpNoDelay(true);
        opened.connect(proxy, (int) TimeUnit.SECONDS.toMillis(10));
        opened.setSoTimeout((int) TimeUnit.SECONDS.toMillis(30));
        socket = opened;
        watched = opened;
        reader = new WireReader(opened.getInputStream());
        out = new BufferedOutputStream(opened.getOutputStream(), 16 << 10);
    }

    private void leaveSomehow(String ending) throws IOException {
        tally.ended(ending);
        if (random.nextBoolean()) {
            socket.setSoLinger(true, 0);
        }
        leave();
    }

    private void leave() {
        if (socket != null) {
            quietly(socket);
            socket = null;
        }
    }

    private static void quietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It's gone either way.
            return;
        }
    }

    private void send(String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private BackendManner steady() {
        int drawn = random.nextInt(100);
        return drawn < 70 ? BackendManner.LENGTH : drawn < 97 ? BackendManner.CHUNKED : BackendManner.UNTIL_CLOSE;
    }

    private BackendManner moody() {
        BackendManner[] all = BackendManner.values();
        return all[BackendManner.CUT_LENGTH.ordinal() + random.nextInt(all.length - BackendManner.CUT_LENGTH.ordinal())];
    }

    /** Mostly small, some large, none too. */
    private Payload body(int sizeMax) {
        int drawn = random.nextInt(100);
        int below = drawn < 10 ? 1 : drawn < 60 ? 4 << 10 : drawn < 85 ? 64 << 10 : drawn < 97 ? 256 << 10 : sizeMax + 1;
        return new Payload(random.nextInt(Payload.OFFSET_MAX + 1), random.nextInt(Math.min(below, sizeMax + 1)));
    }

    private Payload anyLength(int sizeMin) {
        return new Payload(random.nextInt(Payload.OFFSET_MAX + 1), sizeMin + random.nextInt(Payload.SIZE_MAX - sizeMin + 1));
    }

    private Payload large() {
        int size = (64 << 10) + random.nextInt(Payload.SIZE_MAX - (64 << 10) + 1);
        return new Payload(random.nextInt(Payload.OFFSET_MAX + 1), size);
    }
}
