package io.sluice.bench;

import java.util.SplittableRandom;

/** What a soak is made of. <em>Immutable.</em> */
enum SoakMix {
    /** Everything that clients and backends do. */
    EVERYTHING(2_000_000, 0, "") {
        @Override
        SoakAct next(SplittableRandom random) {
            return SoakAct.next(random);
        }
    },
    /** Answers of random length on connections that stay, by splice wherever there is enough to; some clients leave. */
    SPLICED(110_000, 90, "zeroCopy: { threshold: 4KiB }") {
        @Override
        SoakAct next(SplittableRandom random) {
            return random.nextInt(LEAVES_ONE_IN) == 0 ? SoakAct.LEAVE_IN_ANY_LENGTH : SoakAct.GET_ANY_LENGTH;
        }
    };

    private static final int LEAVES_ONE_IN = 25;

    private final long requests;
    private final int splicedPercentMin;
    private final String proxyLines;

    SoakMix(long requests, int splicedPercentMin, String proxyLines) {
        this.requests = requests;
        this.splicedPercentMin = splicedPercentMin;
        this.proxyLines = proxyLines;
    }

    /** What a client does next. */
    abstract SoakAct next(SplittableRandom random);

    /** How many, if nobody says. */
    long requests() {
        return requests;
    }

    /** How many of a hundred answers must have been spliced. */
    int splicedPercentMin() {
        return splicedPercentMin;
    }

    /** Lines of the proxy's configuration that it needs. */
    String proxyLines() {
        return proxyLines;
    }
}
