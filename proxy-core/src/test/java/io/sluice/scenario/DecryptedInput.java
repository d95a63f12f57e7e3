package io.sluice.scenario;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.PushbackInputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;

/** What comes over TLS, as a plain socket would give it: a reset is a {@link SocketException}, and what is there is told. */
final class DecryptedInput extends FilterInputStream {
    private final SSLSocket socket;
    private final Socket raw;

    /** Takes what comes over {@code socket}, which stands on {@code raw}. */
    DecryptedInput(SSLSocket socket, Socket raw) throws IOException {
        super(new PushbackInputStream(socket.getInputStream()));
        this.socket = socket;
        this.raw = raw;
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
        try {
            return super.read(to, offset, length);
        } catch (SSLException e) {
            throw e.getCause() instanceof SocketException broken ? broken : e;
        }
    }

    /** At least 1 where something is there; what waits below may be a record of the protocol's own. */
    @Override
    public int available() throws IOException {
        int known = super.available();
        if (known > 0 || raw.getInputStream().available() == 0) {
            return known;
        }
        int before = socket.getSoTimeout();
        socket.setSoTimeout(1);
        try {
            int next = read();
            if (next >= 0) {
                ((PushbackInputStream) in).unread(next);
            }
            return 1;
        } catch (SocketTimeoutException e) {
            return 0;
        } finally {
            socket.setSoTimeout(before);
        }
    }
}
