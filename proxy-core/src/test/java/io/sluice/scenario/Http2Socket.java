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

    /** Says hello over a connected socket; each stream may be so many bytes ahead of who reads. */
    Http2Socket(Socket raw, int window) throws IOException {
        this.raw = raw;
        this.dialogue = new Http2Dialogue(raw, window);
    }

    /** See {@link Http2Dialogue#abandon}. */
    void abandon() throws IOException {
        dialogue.abandon();
    }

    @Override
    public InputStream getInputStream() {
        return dialogue.in();
    }

    @Override
    public OutputStream getOutputStream() {
        return dialogue.out();
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
