/**
 * The proxy seen from outside: scenarios over real sockets, with a backend and a client that say exactly what they are
 * told to say, byte for byte. Entry types: {@link io.sluice.scenario.ProxyUnderTest}, {@link
 * io.sluice.scenario.ScriptedBackend}, {@link io.sluice.scenario.RawConnection}. Depends on server and config only.
 */
package io.sluice.scenario;
