package io.sluice.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.socket.SocketChannel;

/**
 * A connected socket over which no protocol of ours is spoken, or none any more: its pipeline is empty.
 * <em>Loop-confined.</em> <em>Ownership</em>: whoever has it owns the channel and the bytes.
 *
 * @param channel the socket
 * @param reading how it is read
 * @param unread  bytes that were read already, and not used; null = none
 */
public record RawSocket(SocketChannel channel, SocketReading reading, ByteBuf unread) {}
