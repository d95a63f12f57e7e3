/**
 * What only Linux does: pipes, and bytes that cross from socket to socket inside the kernel (splice(2)), by the
 * foreign-function API. Knows no HTTP. Entry types: {@link io.sluice.linux.Splicing}, {@link io.sluice.linux.Pipes}. Depends
 * on transport.
 */
package io.sluice.linux;
