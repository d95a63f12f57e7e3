/**
 * Moving a body from one side to the other with backpressure, and two directions of it that make a tunnel. Entry types: {@link
 * io.sluice.relay.BodyRelay}, {@link io.sluice.relay.Tunnel}. Depends on linux, stream, http and transport.
 */
package io.sluice.relay;
