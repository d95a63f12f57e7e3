package io.sluice.scenario;

/** One request over HTTP/2 and its answer. Guarded by its {@link Http2Dialogue}. */
final class AskedStream {
    final int id;
    final AnswerText answer;
    final boolean last;
    long room;
    boolean asked;
    boolean reset;

    AskedStream(int id, AnswerText answer, boolean last, long room) {
        this.id = id;
        this.answer = answer;
        this.last = last;
        this.room = room;
    }

    boolean sendable() {
        return !asked && !reset;
    }

    boolean active() {
        return !reset && !(asked && answer.complete());
    }
}
