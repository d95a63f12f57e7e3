package io.sluice.config;

import java.time.Duration;

/**
 * Socket options of one listener's or one service's connections (socket(7), tcp(7)). <em>Immutable.</em>
 *
 * @param backlog             listen(2) backlog; listeners only
 * @param noDelay             TCP_NODELAY
 * @param sendBuffer          SO_SNDBUF in bytes; 0 = left to the kernel's auto-tuning
 * @param receiveBuffer       SO_RCVBUF in bytes; 0 = left to the kernel's auto-tuning
 * @param notSentLowWatermark TCP_NOTSENT_LOWAT in bytes; 0 = the kernel's default
 * @param keepAlive           SO_KEEPALIVE
 * @param userTimeout         TCP_USER_TIMEOUT; zero = the kernel's default
 * @param deferAccept         TCP_DEFER_ACCEPT: a connection is handed over once it has sent something, or after this
 *                            time (whole seconds); zero = off; listeners only
 * @param fastOpen            listeners: TCP_FASTOPEN queue length, 0 = off; services: any other value than 0 = connect
 *                            with TCP_FASTOPEN_CONNECT
 * @param quickAck            TCP_QUICKACK
 */
public record SocketConfig(
        int backlog,
        boolean noDelay,
        int sendBuffer,
        int receiveBuffer,
        int notSentLowWatermark,
        boolean keepAlive,
        Duration userTimeout,
        Duration deferAccept,
        int fastOpen,
        boolean quickAck) {}
