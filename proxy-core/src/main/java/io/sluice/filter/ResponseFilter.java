package io.sluice.filter;

import io.sluice.http.ResponseHead;

/** One thing done to a response's head before it is passed on. Implementations are <em>Immutable</em>. */
@FunctionalInterface
public interface ResponseFilter {

    /** Edits the head. */
    void apply(ResponseHead head);
}
