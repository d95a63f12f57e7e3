/**
 * The two sides of an exchange as everyone but their protocols sees them: a head, slices of body, an end; and the reports
 * that come back. Entry types: {@link io.sluice.stream.ClientStream}, {@link io.sluice.stream.BackendStream}. Depends on
 * http (and on transport, once a relay may ask for the plain socket).
 */
package io.sluice.stream;
