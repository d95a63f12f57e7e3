/**
 * Moving a body from one side to the other with backpressure. Entry type: {@link io.sluice.relay.CopyRelay}. Depends on
 * stream (and on linux and transport once bodies are spliced).
 */
package io.sluice.relay;
