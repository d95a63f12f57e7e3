package io.sluice.bench;

import java.util.SplittableRandom;

/** What a client of the soak does next, and how often it does that. <em>Immutable.</em> */
enum SoakAct {
    /** One request, the whole answer. */
    GET(560),
    /** A body of known length. */
    POST(130),
    /** A body in chunks, with a trailer. */
    POST_CHUNKED(80),
    /** Several requests at once, their answers in order. */
    PIPELINE(60),
    /** A large answer, read in sips through a small receive buffer. */
    SIP(8),
    /** Leaves within the head of a request. */
    LEAVE_IN_HEAD(15),
    /** Leaves within an upload. */
    LEAVE_IN_UPLOAD(20),
    /** Leaves within an answer. */
    LEAVE_IN_ANSWER(27),
    /** A request to a backend that misbehaves. */
    GET_MOODY(70),
    /** An upload to a backend that misbehaves. */
    POST_MOODY(30),
    /** One request, the whole answer, of any length as likely as of any other: only where the mix says so. */
    GET_ANY_LENGTH(0),
    /** Leaves within such an answer. */
    LEAVE_IN_ANY_LENGTH(0);

    private static final SoakAct[] DRAW = draw();

    private final int perMille;

    SoakAct(int perMille) {
        this.perMille = perMille;
    }

    /** One of these, by their shares. */
    static SoakAct next(SplittableRandom random) {
        return DRAW[random.nextInt(DRAW.length)];
    }

    private static SoakAct[] draw() {
        SoakAct[] acts = new SoakAct[1000];
        int filled = 0;
        for (SoakAct act : values()) {
            for (int i = 0; i < act.perMille; i++) {
                acts[filled++] = act;
            }
        }
        if (filled != acts.length) {
            throw new IllegalStateException("the shares make " + filled + ", not " + acts.length);
        }
        return acts;
    }
}
