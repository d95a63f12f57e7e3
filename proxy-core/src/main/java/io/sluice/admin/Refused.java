package io.sluice.admin;

import java.util.List;

/** A request that is answered with an error; its message tells the client why. <em>Immutable.</em> */
final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;
    private final transient List<String> fields;

    /**
     * Creates it.
     *
     * @param status from 400 on
     * @param why    what was found and what was expected
     * @param fields further header lines of the answer
     */
    Refused(int status, String why, String... fields) {
        // Nobody looks for a defect here: no stack trace.
        super(why, null, false, false);
        this.status = status;
        this.fields = List.of(fields);
    }

    /** What is sent. */
    Answer.Whole answer() {
        return Answer.text(status, getMessage()).with(fields);
    }
}
