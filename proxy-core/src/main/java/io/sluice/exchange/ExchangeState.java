package io.sluice.exchange;

/**
 * Where an exchange stands: a phase, and how far each half is. Every move that is not drawn here is refused.
 * <em>Loop-confined.</em>
 *
 * <pre>
 * phase     ROUTING → ACQUIRING → RELAYING → DONE      a retry: RELAYING or ACQUIRING → ACQUIRING, only while AWAITING
 *           ROUTING → DONE and ACQUIRING → DONE        answered here, or given up
 *           RELAYING → TUNNELLING → DONE               a 101: only after the whole request, in place of a response
 * request   READING → READ      either → ABORTED
 * response  AWAITING → SENDING → SENT      AWAITING, SENDING → ABORTED
 * </pre>
 */
final class ExchangeState {
    enum Phase { ROUTING, ACQUIRING, RELAYING, TUNNELLING, DONE }

    enum Request { READING, READ, ABORTED }

    enum Response { AWAITING, SENDING, SENT, ABORTED }

    private Phase phase = Phase.ROUTING;
    private Request request = Request.READING;
    private Response response = Response.AWAITING;

    Phase phase() {
        return phase;
    }

    Request request() {
        return request;
    }

    Response response() {
        return response;
    }

    void phase(Phase next) {
        boolean legal = switch (next) {
            case ROUTING -> false;
            case ACQUIRING -> phase.compareTo(Phase.TUNNELLING) < 0 && response == Response.AWAITING;
            case RELAYING -> phase == Phase.ACQUIRING;
            case TUNNELLING -> phase == Phase.RELAYING && request == Request.READ && response == Response.AWAITING;
            case DONE -> phase != Phase.DONE;
        };
        check(legal, next);
        phase = next;
    }

    void request(Request next) {
        boolean legal = switch (next) {
            case READING -> false;
            case READ -> request == Request.READING;
            case ABORTED -> true;
        };
        check(legal, next);
        request = next;
    }

    void response(Response next) {
        boolean legal = switch (next) {
            case AWAITING -> false;
            case SENDING -> response == Response.AWAITING;
            case SENT -> response == Response.SENDING;
            case ABORTED -> response == Response.AWAITING || response == Response.SENDING;
        };
        check(legal, next);
        response = next;
    }

    /** An answer of ours takes the response's place. */
    void answered() {
        if (response == Response.AWAITING) {
            response(Response.SENDING);
        }
        response(Response.SENT);
    }

    private void check(boolean legal, Enum<?> next) {
        if (!legal) {
            throw new IllegalStateException("no way from " + this + " to " + next);
        }
    }

    @Override
    public String toString() {
        return phase + "/" + request + "/" + response;
    }
}
