/**
 * The leak gate: a buffer that was never released makes the build red. Entry type: {@link
 * io.sluice.leakgate.LeakGateListener}, which the JUnit launcher finds by {@code META-INF/services}. Depends on nothing
 * of ours.
 */
package io.sluice.leakgate;
