package io.sluice.route;

import io.sluice.http.RequestHead;
import java.util.List;

/** A route that a request's host and path lead to, if its further conditions hold. <em>Immutable.</em> */
record Candidate(Route route, Conditions conditions) {

    /** The route of the first whose conditions hold, or null. */
    static Route first(List<Candidate> candidates, RequestHead head) {
        for (int i = 0; i < candidates.size(); i++) {
            if (candidates.get(i).conditions.hold(head)) {
                return candidates.get(i).route;
            }
        }
        return null;
    }
}
