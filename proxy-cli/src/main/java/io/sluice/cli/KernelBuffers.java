package io.sluice.cli;

import io.sluice.config.SocketConfig;

/**
 * How large the kernel lets the buffers of a TCP socket grow (tcp(7), socket(7)). All in bytes. <em>Immutable.</em>
 *
 * @param sendAuto    the most that auto-tuning gives to what is sent
 * @param receiveAuto the most that auto-tuning gives to what is received
 * @param sendAsk     the most that SO_SNDBUF may ask for
 * @param receiveAsk  the most that SO_RCVBUF may ask for
 * @param all         the most for all TCP sockets of the machine together; -1 = not known
 */
record KernelBuffers(long sendAuto, long receiveAuto, long sendAsk, long receiveAsk, long all) {
    // Where the kernel does not say (no Linux): its values of many years.
    private static final long SEND_AUTO = 4L << 20;
    private static final long RECEIVE_AUTO = 6L << 20;
    private static final long ASK = 212_992;
    private static final long PAGE = 4096;

    /** What this machine's kernel says. */
    static KernelBuffers of(Machine machine) {
        long pages = machine.figure("proc/sys/net/ipv4/tcp_mem", 2);
        return new KernelBuffers(
                known(machine.figure("proc/sys/net/ipv4/tcp_wmem", 2), SEND_AUTO),
                known(machine.figure("proc/sys/net/ipv4/tcp_rmem", 2), RECEIVE_AUTO),
                known(machine.figure("proc/sys/net/core/wmem_max", 0), ASK),
                known(machine.figure("proc/sys/net/core/rmem_max", 0), ASK),
                pages < 0 ? -1 : pages * PAGE);
    }

    private static long known(long figure, long otherwise) {
        return figure > 0 ? figure : otherwise;
    }

    /** The most that a socket's send buffer may hold; the kernel doubles what is asked for. */
    long sendBytes(SocketConfig socket) {
        return socket.sendBuffer() == 0 ? sendAuto : 2 * Math.min(socket.sendBuffer(), sendAsk);
    }

    /** The most that a socket's receive buffer may hold; the kernel doubles what is asked for. */
    long receiveBytes(SocketConfig socket) {
        return socket.receiveBuffer() == 0 ? receiveAuto : 2 * Math.min(socket.receiveBuffer(), receiveAsk);
    }
}
