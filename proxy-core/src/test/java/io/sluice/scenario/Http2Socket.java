package io.sluice.scenario;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;

/** A client's connection that is written and read as HTTP/1.1, and speaks HTTP/2 to the proxy: see {@link Http2Dialogue}. */
final class Http2Socket extends Socket {
    private final Socket raw;
    private final Http2Dialogue dialogue;
    private RequestText text;

    /** Says hello over a connected socket; each stream may be so many bytes ahead of who reads. */
    Http2Socket(Socket raw, int window) throws IOException {
        this.raw = raw;
        this.dialogue = new Http2Dialogue(raw, window);
        this.text = new RequestText(dialogue);
    }

    /** See {@link Http2Dialogue#abandon}. */
    void abandon() throws IOException {
        text = new RequestText(dialogue);
        dialogue.abandon();
    }

    @Override
    public InputStream getInputStream() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 255;
            }

            @Override
            public int read(byte[] to, int offset, int length) throws IOException {
                return dialogue.read(to, offset, length);
            }

            @Override
            public int available() {
                return dialogue.available();
            }
        };
    }

    @Override
    public OutputStream getOutputStream() {
        return new OutputStream() {
            @Override
            public void write(int one) throws IOException {
                write(new byte[] {(byte) one}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                text.take(bytes, offset, length);
                dialogue.checkOpen();
            }
        };
    }

    @Override
    public void setSoTimeout(int millis) {
        dialogue.patience(millis);
    }

    @Override
    public void setTcpNoDelay(boolean on) throws SocketException {
        raw.setTcpNoDelay(on);
    }

    @Override
    public void setSendBufferSize(int bytes) throws SocketException {
        raw.setSendBufferSize(bytes);
    }

    @Override
    public SocketAddress getLocalSocketAddress() {
        return raw.getLocalSocketAddress();
    }

    @Override
    public void shutdownOutput() throws IOException {
        raw.shutdownOutput();
    }

    @Override
    public void close() throws IOException {
        raw.close();
    }
}
