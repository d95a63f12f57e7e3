package io.sluice.bench;

import java.util.HashSet;
import java.util.Set;

/** What came of a run of new TLS connections. <em>Loop-confined</em> until the run is over. */
final class HandshakeTally {
    private final long beganNanos = System.nanoTime();
    private final Set<Integer> certificates = new HashSet<>();
    private long handshakes;
    private long failures;
    private String firstReason = "none";
    private long tookNanos;

    /** @param certificateHash tells the certificate that was shown from others */
    void succeeded(int certificateHash) {
        handshakes++;
        certificates.add(certificateHash);
    }

    void failed(Throwable reason) {
        if (failures++ == 0) {
            firstReason = reason.toString().replaceAll("\\s+", " ");
        }
    }

    void over() {
        tookNanos = System.nanoTime() - beganNanos;
    }

    long handshakes() {
        return handshakes;
    }

    long failures() {
        return failures;
    }

    /** How many certificates were seen. */
    int certificates() {
        return certificates.size();
    }

    /** For the script that asked: numbers, and the first failure's reason, which may hold spaces. */
    String line() {
        return "handshakes " + handshakes + " micros " + tookNanos / 1000 + " certificates " + certificates.size()
                + " failures " + failures + " " + firstReason;
    }
}
