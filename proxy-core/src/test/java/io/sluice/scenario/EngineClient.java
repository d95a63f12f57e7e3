package io.sluice.scenario;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;

/**
 * A client that works the engine itself, since an {@link javax.net.ssl.SSLSocket} doesn't tell whether a FIN came behind a
 * close_notify. To be used by one thread.
 */
final class EngineClient implements AutoCloseable {
    private final Socket raw;
    private final SSLEngine engine;
    private final ByteBuffer in = ByteBuffer.allocate(1 << 16).flip();
    private final ByteBuffer plain = ByteBuffer.allocate(1 << 16);
    private final StringBuilder text = new StringBuilder();
    private boolean notified;

    /** Speaks TLS over a connected socket; the handshake is done. */
    EngineClient(Socket raw, SSLContext context, String... protocols) throws IOException {
        this(raw, context, List.of("TLSv1.3", "TLSv1.2"), protocols);
    }

    /** The same with some versions only. */
    EngineClient(Socket raw, SSLContext context, List<String> versions, String... protocols) throws IOException {
        this.raw = raw;
        raw.setSoTimeout((int) RawConnection.PATIENCE.toMillis());
        engine = context.createSSLEngine("localhost", raw.getPort());
        engine.setUseClientMode(true);
        engine.setEnabledProtocols(versions.toArray(String[]::new));
        var parameters = engine.getSSLParameters();
        parameters.setApplicationProtocols(protocols);
        engine.setSSLParameters(parameters);
        engine.beginHandshake();
        ByteArrayOutputStream flight = new ByteArrayOutputStream();
        while (engine.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING) {
            switch (engine.getHandshakeStatus()) {
                case NEED_WRAP -> wrap(ByteBuffer.allocate(0), flight);
                case NEED_TASK -> engine.getDelegatedTask().run();
                default -> {
                    flush(flight);
                    if (!unwrap()) {
                        throw new IOException("closed in the handshake");
                    }
                }
            }
        }
        flush(flight);
    }

    /** All of a flight at once, so that nobody who refuses it can close before it is there. */
    private void flush(ByteArrayOutputStream flight) throws IOException {
        flight.writeTo(raw.getOutputStream());
        flight.reset();
    }

    private void wrap(ByteBuffer from, OutputStream to) throws IOException {
        ByteBuffer record = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        engine.wrap(from, record);
        to.write(record.array(), 0, record.position());
    }

    /** Sends a text, a byte a character. */
    void send(String said) throws IOException {
        ByteBuffer from = ByteBuffer.wrap(Http.bytes(said));
        while (from.hasRemaining()) {
            wrap(from, raw.getOutputStream());
        }
    }

    /** Takes one record; false = the stream has ended. */
    private boolean unwrap() throws IOException {
        while (true) {
            SSLEngineResult result = engine.unwrap(in, plain);
            text.append(StandardCharsets.ISO_8859_1.decode(plain.flip()));
            plain.clear();
            if (result.getStatus() == Status.CLOSED) {
                notified = true;
                return false;
            }
            if (result.getStatus() != Status.BUFFER_UNDERFLOW) {
                return true;
            }
            in.compact();
            int length = raw.getInputStream().read(in.array(), in.position(), in.remaining());
            in.position(in.position() + Math.max(0, length)).flip();
            if (length < 0) {
                return false;
            }
        }
    }

    /**
     * Everything up to the end of the stream.
     *
     * @throws java.net.SocketException if that is a reset
     */
    String rest() throws IOException {
        while (unwrap()) {
            if (engine.getHandshakeStatus() == HandshakeStatus.NEED_TASK) {
                engine.getDelegatedTask().run();
            }
        }
        return text.toString();
    }

    /** Reads until all that came ends so. */
    void await(String end) throws IOException {
        while (!text.toString().endsWith(end) && unwrap()) {
            // There is more to come.
        }
    }

    /** Whether a close_notify has come. */
    boolean notified() {
        return notified;
    }

    /** Whether nothing but a FIN is behind what was read. */
    boolean finFollows() throws IOException {
        return !in.hasRemaining() && raw.getInputStream().read() < 0;
    }

    @Override
    public void close() throws IOException {
        raw.close();
    }
}
