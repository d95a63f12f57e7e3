/**
 * Event loops, sockets and time: which of epoll, kqueue and NIO serves this machine, what options a socket gets, how much
 * a read asks for, and one coarse wheel of deadlines a loop. Entry type: {@link io.sluice.transport.Transport}. Depends
 * on config. The only package (besides linux) that names a transport's own classes.
 */
package io.sluice.transport;
