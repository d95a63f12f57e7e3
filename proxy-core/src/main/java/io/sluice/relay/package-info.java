/**
 * Moving a body from one side to the other with backpressure. Entry type: {@link io.sluice.relay.BodyRelay}. Depends on
 * linux, stream, http and transport.
 */
package io.sluice.relay;
