package io.sluice.service;

/**
 * What one check found. <em>Immutable.</em>
 *
 * @param why a few words: what was wrong, or what was right
 */
public record Verdict(Outcome outcome, String why) {

    /** How a check ended. */
    public enum Outcome {
        /** As it should. */
        PASSED,
        /** Otherwise. */
        FAILED,
        /** Not in time. */
        TIMED_OUT
    }

    /** It was as it should be. */
    public static Verdict passed(String why) {
        return new Verdict(Outcome.PASSED, why);
    }

    /** It was not. */
    public static Verdict failed(String why) {
        return new Verdict(Outcome.FAILED, why);
    }

    /** Whether the endpoint was found well. */
    public boolean passed() {
        return outcome == Outcome.PASSED;
    }
}
