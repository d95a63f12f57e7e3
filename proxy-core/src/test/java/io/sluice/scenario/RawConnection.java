package io.sluice.scenario;

import io.sluice.scenario.Message.Ending;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32;
import javax.net.ssl.SSLSocket;

/**
 * One end of a connection, the client's or the backend's: bytes out and in, exactly as told, every wait with a deadline.
 * It reads only what it is asked to read, so that not asking is how a peer stops reading. To be used by one thread at a
 * time, except for {@link #close}, {@link #reset}, {@link #received} and {@link #bytesSent}.
 */
final class RawConnection implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(8);
    private static final int KEPT_MAX = 1 << 20;
    private static final int WRITE = 8192;

    private final Socket socket;
    /** Where TLS is spoken, the socket below it; else the same. How a peer leaves is a matter of this one. */
    private final Socket raw;
    private final InputStream in;
    private final OutputStream out;
    private final byte[] buffer = new byte[4096];
    private int position;
    private int limit;
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private final AtomicLong bytesSent = new AtomicLong();
    private final CompletableFuture<Long> ended = new CompletableFuture<>();

    /** Takes a connected socket. */
    RawConnection(Socket socket) throws IOException {
        this(socket, socket, socket.getInputStream());
    }

    /** Takes a socket with TLS over another one. */
    RawConnection(SSLSocket socket, Socket raw) throws IOException {
        this(socket, raw, new DecryptedInput(socket, raw));
    }

    /** Takes one over which HTTP/2 is spoken. */
    RawConnection(Http2Socket socket, Socket raw) throws IOException {
        this(socket, raw, socket.getInputStream());
    }

    private RawConnection(Socket socket, Socket raw, InputStream in) throws IOException {
        this.socket = socket;
        this.raw = raw;
        this.in = in;
        this.out = socket.getOutputStream();
        socket.setTcpNoDelay(true);
    }

    /** Connects. */
    static RawConnection to(InetSocketAddress address) throws IOException {
        Socket socket = new Socket();
        socket.connect(address, (int) PATIENCE.toMillis());
        return new RawConnection(socket);
    }

    /** The same connection, over which TLS is spoken from here on, and in it one of these protocols, if there are any. */
    RawConnection encrypted(String... protocols) throws IOException {
        try {
            return new RawConnection(TestAuthority.over(socket, protocols), raw);
        } catch (IOException e) {
            raw.close();
            throw e;
        }
    }

    /** The same connection, over which HTTP/2 is spoken from here on; so many bytes of an answer may wait to be read. */
    RawConnection http2(int window) throws IOException {
        return new RawConnection(new Http2Socket(this, window), raw);
    }

    /** Connects with a receive buffer of about so many bytes. */
    static RawConnection narrowTo(InetSocketAddress address, int receiveBuffer) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(receiveBuffer);
        socket.connect(address, (int) PATIENCE.toMillis());
        return new RawConnection(socket);
    }

    /** The socket, perhaps with TLS. */
    Socket socket() {
        return socket;
    }

    /** What comes over it. */
    InputStream input() {
        return in;
    }

    /** What TLS runs over; without TLS the same. */
    Socket wire() {
        return raw;
    }

    /** Asks for a send buffer of about so many bytes. */
    void sendBuffer(int bytes) throws IOException {
        socket.setSendBufferSize(bytes);
    }

    /** Where this end is. */
    InetSocketAddress local() {
        return (InetSocketAddress) socket.getLocalSocketAddress();
    }

    /** Sends a text, a byte a character. */
    void send(String text) throws IOException {
        send(Http.bytes(text));
    }

    /** Sends bytes; waits while the peer does not take them. */
    void send(byte[] bytes) throws IOException {
        for (int at = 0; at < bytes.length; at += WRITE) {
            int length = Math.min(WRITE, bytes.length - at);
            try {
                out.write(bytes, at, length);
            } catch (IOException e) {
                ended.complete(System.nanoTime());
                throw e;
            }
            bytesSent.addAndGet(length);
        }
    }

    /** Sends the same bytes again and again. */
    void send(byte[] bytes, int times) throws IOException {
        for (int i = 0; i < times; i++) {
            send(bytes);
        }
    }

    /** Sends a text byte by byte, slowly, as a peer in trouble or an attacker would; the slowness is what is tested. */
    void sendSlowly(String text, Duration pause) throws IOException, InterruptedException {
        for (int i = 0; i < text.length(); i++) {
            Thread.sleep(pause);
            send(text.substring(i, i + 1));
        }
    }

    /** Neither reads nor sends for a while; the idleness is what is tested. */
    void idle(Duration time) throws InterruptedException {
        Thread.sleep(time);
    }

    /** Bytes handed to the kernel so far. */
    long bytesSent() {
        return bytesSent.get();
    }

    /** Sends FIN and goes on reading. */
    void halfClose() throws IOException {
        polite().shutdownOutput();
    }

    /** Closes by RST. */
    void reset() throws IOException {
        raw.setSoLinger(true, 0);
        raw.close();
    }

    @Override
    public void close() throws IOException {
        polite().close();
    }

    /** Backends here say under TLS where they end; of clients many don't. */
    private Socket polite() {
        return socket instanceof SSLSocket tls && tls.getUseClientMode() ? raw : socket;
    }

    /** All bytes read so far (the first MiB of them), a character a byte. */
    String received() {
        synchronized (received) {
            return Http.text(received.toByteArray());
        }
    }

    private String lastReceived() {
        String all = received();
        return all.substring(Math.max(0, all.length() - 300)).replaceAll("[^ -~\r\n]", "?");
    }

    /** Reads up to and with an empty line. */
    Message head() throws IOException {
        StringBuilder text = new StringBuilder();
        while (text.length() < 4 || !text.substring(text.length() - 4).equals("\r\n\r\n")) {
            int next = read();
            if (next < 0) {
                throw new EOFException("closed after \"" + text + "\"");
            }
            text.append((char) next);
        }
        return Message.ofHead(text.substring(0, text.length() - 4));
    }

    /** Reads a whole request. */
    Message request() throws IOException {
        Message head = head();
        if (head.values("Transfer-Encoding").isEmpty() && head.values("Content-Length").isEmpty()) {
            return head;
        }
        Message request = body(head);
        if (request.ending() != Ending.COMPLETE) {
            throw new EOFException("the request ended too early: " + request);
        }
        return request;
    }

    /** Reads a whole response by its framing; one without any lasts until the peer closes. */
    Message response() throws IOException {
        return complete(truncatedResponse());
    }

    /** Reads the response to a HEAD, or a 1xx, 204 or 304: a head only. */
    Message bodilessResponse() throws IOException {
        return head();
    }

    /** Reads a response that need not be complete; its {@link Message#ending} tells. */
    Message truncatedResponse() throws IOException {
        Message head = head();
        int status = head.status();
        return status < 200 || status == 204 || status == 304 ? head : body(head);
    }

    private static Message complete(Message message) {
        boolean framed = !message.values("Transfer-Encoding").isEmpty() || !message.values("Content-Length").isEmpty();
        if (message.ending() == (framed ? Ending.COMPLETE : Ending.CLOSED)) {
            return message;
        }
        throw new AssertionError("incomplete: " + message);
    }

    private Message body(Message head) throws IOException {
        if (!head.values("Transfer-Encoding").isEmpty()) {
            if (!head.values("Transfer-Encoding").equals(List.of("chunked")) || !head.values("Content-Length").isEmpty()) {
                throw new AssertionError("ambiguous framing: " + head);
            }
            return ChunkedMessage.read(this, head);
        }
        String length = head.value("Content-Length");
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        Ending ending = read(body, length == null ? Long.MAX_VALUE : Long.parseLong(length));
        return head.with(body.toByteArray(), List.of(), List.of(), ending);
    }

    /** Reads a line that ends in CRLF, and returns it without. */
    String line() throws IOException {
        StringBuilder text = new StringBuilder();
        while (text.length() < 2 || !text.substring(text.length() - 2).equals("\r\n")) {
            int next = read();
            if (next < 0) {
                throw new EOFException("closed in a line");
            }
            text.append((char) next);
        }
        return text.substring(0, text.length() - 2);
    }

    /** Reads so many bytes of a body, or what comes before the end. */
    Ending read(ByteArrayOutputStream body, long length) throws IOException {
        try {
            for (long left = length; left > 0; ) {
                if (position == limit && !fill()) {
                    return Ending.CLOSED;
                }
                int part = (int) Math.min(left, limit - position);
                body.write(buffer, position, part);
                position += part;
                left -= part;
            }
            return Ending.COMPLETE;
        } catch (SocketException e) {
            return Ending.RESET;
        }
    }

    /** Reads so many bytes and returns their CRC. */
    long crc(long length) throws IOException {
        CRC32 crc = new CRC32();
        for (long left = length; left > 0; ) {
            if (position == limit && !fill()) {
                throw new EOFException("closed with " + left + " bytes missing");
            }
            int part = (int) Math.min(left, limit - position);
            crc.update(buffer, position, part);
            position += part;
            left -= part;
        }
        return crc.getValue();
    }

    /** Waits for the peer to close in order, with no byte before. */
    void awaitClose() throws IOException {
        int next = read();
        if (next >= 0) {
            throw new AssertionError("expected a close, found \"" + (char) next + rest() + "\"");
        }
    }

    /** Waits for the peer to reset the connection, whatever it sends before. */
    void awaitReset() throws IOException {
        try {
            while (read() >= 0) {
                position = limit;
            }
        } catch (SocketException e) {
            return;
        }
        throw new AssertionError("expected a reset, found a close");
    }

    /** Waits for the peer to end the connection either way, whatever it sends before. */
    Ending awaitEnd() throws IOException {
        try {
            while (read() >= 0) {
                position = limit;
            }
            return Ending.CLOSED;
        } catch (SocketException e) {
            return Ending.RESET;
        }
    }

    /** Everything up to the peer's close. */
    String rest() throws IOException {
        StringBuilder text = new StringBuilder();
        for (int next = read(); next >= 0; next = read()) {
            text.append((char) next);
        }
        return text.toString();
    }

    /** Whether bytes wait to be read. */
    boolean readable() throws IOException {
        return position < limit || in.available() > 0;
    }

    /** Waits until whoever reads or writes here has met the peer's close or reset; {@link System#nanoTime} of that moment. */
    long awaitEnded() throws InterruptedException {
        try {
            return ended.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new AssertionError("the connection did not end within " + PATIENCE + "; last: \"" + lastReceived() + "\"", e);
        }
    }

    /** Whether whoever reads or writes here has met the peer's close or reset. */
    boolean hasEnded() {
        return ended.isDone();
    }

    /** The next byte, or -1 at the peer's close. */
    int read() throws IOException {
        return position < limit || fill() ? buffer[position++] & 0xff : -1;
    }

    private boolean fill() throws IOException {
        try {
            socket.setSoTimeout((int) PATIENCE.toMillis());
            int length = in.read(buffer);
            if (length < 0) {
                ended.complete(System.nanoTime());
                return false;
            }
            position = 0;
            limit = length;
            synchronized (received) {
                received.write(buffer, 0, Math.min(length, KEPT_MAX - received.size()));
            }
            return true;
        } catch (SocketTimeoutException e) {
            throw new AssertionError("nothing arrived within " + PATIENCE + "; last: \"" + lastReceived() + "\"", e);
        } catch (IOException e) {
            // A reset; or under TLS an end that its records did not announce, such as one in the midst of a handshake.
            ended.complete(System.nanoTime());
            throw e;
        }
    }
}
