package io.sluice.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DefaultSocketChannelConfig;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.SocketChannelConfig;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;

/** A TCP connection without a socket: a test plays the kernel and who is behind it. <em>Loop-confined.</em> */
public final class SocketlessChannel extends EmbeddedChannel implements SocketChannel {
    /** Whether the kernel takes nothing for now. */
    public boolean full;
    /** Whether our side was shut. */
    public boolean outputShut;
    /** Whether a close would be a reset. */
    public boolean resets;
    private boolean inputShut;
    private String sent = "";
    private Config config;

    /** Creates it, open. */
    public SocketlessChannel() {
        super();
    }

    /** Adds the handler to the open connection, as if it had just been accepted. */
    public void accept(ChannelHandler handler) {
        pipeline().addLast(handler);
        // It is open already: the handler hears of it only if told.
        pipeline().fireChannelActive();
    }

    /** All that left since the last call, as text. */
    public String sent() {
        for (ByteBuf out = readOutbound(); out != null; out = readOutbound()) {
            sent += out.toString(StandardCharsets.ISO_8859_1);
            out.release();
        }
        String all = sent;
        sent = "";
        return all;
    }

    /** The other side sends this, in one read; it must be wanted. */
    public void receives(String text) {
        if (!config().isAutoRead()) {
            throw new AssertionError("nobody reads");
        }
        writeInbound(alloc().directBuffer().writeBytes(text.getBytes(StandardCharsets.ISO_8859_1)));
    }

    /** The other side sends its FIN. */
    public void receivesEnd() {
        inputShut = true;
        pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
    }

    /** The kernel takes all that waits. */
    public void drains() {
        full = false;
        unsafe().flush();
        flush();
    }

    @Override
    protected void doWrite(ChannelOutboundBuffer in) throws Exception {
        if (outputShut) {
            throw new ClosedChannelException();
        }
        if (!full) {
            super.doWrite(in);
        }
    }

    @Override
    public SocketChannelConfig config() {
        if (config == null) {
            config = new Config(this);
        }
        return config;
    }

    @Override
    public InetSocketAddress localAddress() {
        return new InetSocketAddress("192.0.2.1", 8080);
    }

    @Override
    public InetSocketAddress remoteAddress() {
        return new InetSocketAddress("192.0.2.7", 50000);
    }

    @Override
    public ServerSocketChannel parent() {
        return null;
    }

    @Override
    public boolean isInputShutdown() {
        return inputShut;
    }

    @Override
    public ChannelFuture shutdownInput() {
        return shutdownInput(newPromise());
    }

    @Override
    public ChannelFuture shutdownInput(ChannelPromise promise) {
        inputShut = true;
        return promise.setSuccess();
    }

    @Override
    public boolean isOutputShutdown() {
        return outputShut;
    }

    @Override
    public ChannelFuture shutdownOutput() {
        return shutdownOutput(newPromise());
    }

    @Override
    public ChannelFuture shutdownOutput(ChannelPromise promise) {
        outputShut = true;
        return promise.setSuccess();
    }

    @Override
    public boolean isShutdown() {
        return inputShut && outputShut;
    }

    @Override
    public ChannelFuture shutdown() {
        return shutdown(newPromise());
    }

    @Override
    public ChannelFuture shutdown(ChannelPromise promise) {
        inputShut = true;
        return shutdownOutput(promise);
    }

    private static final class Config extends DefaultSocketChannelConfig {
        private final SocketlessChannel channel;

        Config(SocketlessChannel channel) {
            super(channel, new NoSocket());
            this.channel = channel;
        }

        @Override
        public <T> boolean setOption(ChannelOption<T> option, T value) {
            if (option == ChannelOption.SO_LINGER) {
                channel.resets = value.equals(0);
                return true;
            }
            return super.setOption(option, value);
        }
    }

    /** Takes options without ever opening a descriptor. */
    private static final class NoSocket extends Socket {
        @Override
        public void setTcpNoDelay(boolean on) throws SocketException {
            // There is nothing that could delay.
        }
    }
}
