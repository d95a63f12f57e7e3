package io.sluice.service;

import java.util.List;

/**
 * Who of a service's endpoints may be chosen now. <em>Immutable.</em>
 *
 * @param candidates  empty if nobody may
 * @param failingOpen whether they are all that an operator has not drained, because none is known to be well
 */
record Usable(List<Candidate> candidates, boolean failingOpen) {}
