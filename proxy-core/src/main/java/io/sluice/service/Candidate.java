package io.sluice.service;

/**
 * An endpoint that may be chosen, with the weight it has at the moment. <em>Immutable.</em>
 *
 * @param weight relative to the other candidates; at least 1 for one that is ever chosen
 */
record Candidate(Endpoint endpoint, int weight) {}
