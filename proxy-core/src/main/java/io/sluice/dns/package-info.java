/**
 * What names mean: the system's file of hosts first, name servers then. Knows nothing of services.
 *
 * <p>Begin at {@link io.sluice.dns.AddressBook}. Depends on {@code transport} and {@code config}.
 */
package io.sluice.dns;
