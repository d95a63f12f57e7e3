package io.sluice.exchange;

import io.sluice.config.ListenerConfig.HalfClose;
import io.sluice.telemetry.ListenerMeters;

/**
 * What an exchange needs to know of the listener its client came through. <em>Immutable.</em>
 *
 * @param index     its place among the snapshot's listeners, from 0
 * @param name      its name
 * @param halfClose what a client's FIN means while its request is being answered
 * @param meters    the meters of its connections
 */
public record ListenerFacts(int index, String name, HalfClose halfClose, ListenerMeters meters) {}
