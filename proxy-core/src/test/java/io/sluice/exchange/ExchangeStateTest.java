package io.sluice.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.exchange.ExchangeState.Phase;
import io.sluice.exchange.ExchangeState.Request;
import io.sluice.exchange.ExchangeState.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ExchangeStateTest {
    /** How to get into each phase, and where one may go from there while no response has begun. */
    private static final Map<Phase, List<Phase>> WAYS = Map.of(
            Phase.ROUTING, List.of(),
            Phase.ACQUIRING, List.of(Phase.ACQUIRING),
            Phase.RELAYING, List.of(Phase.ACQUIRING, Phase.RELAYING),
            Phase.TUNNELLING, List.of(Phase.ACQUIRING, Phase.RELAYING, Phase.TUNNELLING),
            Phase.DONE, List.of(Phase.DONE));
    private static final Map<Phase, Set<Phase>> PHASES = Map.of(
            Phase.ROUTING, Set.of(Phase.ACQUIRING, Phase.DONE),
            Phase.ACQUIRING, Set.of(Phase.ACQUIRING, Phase.RELAYING, Phase.DONE),
            Phase.RELAYING, Set.of(Phase.ACQUIRING, Phase.TUNNELLING, Phase.DONE),
            Phase.TUNNELLING, Set.of(Phase.DONE),
            Phase.DONE, Set.of());
    private static final Map<Request, Set<Request>> REQUESTS = Map.of(
            Request.READING, Set.of(Request.READ, Request.ABORTED),
            Request.READ, Set.of(Request.ABORTED),
            Request.ABORTED, Set.of(Request.ABORTED));
    private static final Map<Response, List<Response>> TO_RESPONSE = Map.of(
            Response.AWAITING, List.of(),
            Response.SENDING, List.of(Response.SENDING),
            Response.SENT, List.of(Response.SENDING, Response.SENT),
            Response.ABORTED, List.of(Response.ABORTED));
    private static final Map<Response, Set<Response>> RESPONSES = Map.of(
            Response.AWAITING, Set.of(Response.SENDING, Response.ABORTED),
            Response.SENDING, Set.of(Response.SENT, Response.ABORTED),
            Response.SENT, Set.of(),
            Response.ABORTED, Set.of());

    static List<Arguments> phases() {
        return pairs(Phase.values());
    }

    static List<Arguments> requests() {
        return pairs(Request.values());
    }

    static List<Arguments> responses() {
        return pairs(Response.values());
    }

    private static List<Arguments> pairs(Object[] values) {
        List<Arguments> pairs = new ArrayList<>();
        for (Object from : values) {
            for (Object to : values) {
                pairs.add(Arguments.of(from, to));
            }
        }
        return pairs;
    }

    private static void moves(boolean legal, Runnable move, String from) {
        if (legal) {
            move.run();
        } else {
            assertThatThrownBy(move::run).isInstanceOf(IllegalStateException.class).hasMessageContaining(from);
        }
    }

    @ParameterizedTest
    @MethodSource("phases")
    void knowsTheMovesOfThePhase(Phase from, Phase to) {
        ExchangeState state = new ExchangeState();
        state.request(Request.READ);
        WAYS.get(from).forEach(state::phase);

        moves(PHASES.get(from).contains(to), () -> state.phase(to), from.name());

        assertThat(state.phase()).isEqualTo(PHASES.get(from).contains(to) ? to : from);
    }

    @ParameterizedTest
    @MethodSource("requests")
    void knowsTheMovesOfTheRequest(Request from, Request to) {
        ExchangeState state = new ExchangeState();
        if (from != Request.READING) {
            state.request(from);
        }

        moves(REQUESTS.get(from).contains(to), () -> state.request(to), from.name());

        assertThat(state.request()).isEqualTo(REQUESTS.get(from).contains(to) ? to : from);
    }

    @ParameterizedTest
    @MethodSource("responses")
    void knowsTheMovesOfTheResponse(Response from, Response to) {
        ExchangeState state = new ExchangeState();
        TO_RESPONSE.get(from).forEach(state::response);

        moves(RESPONSES.get(from).contains(to), () -> state.response(to), from.name());

        assertThat(state.response()).isEqualTo(RESPONSES.get(from).contains(to) ? to : from);
    }

    @ParameterizedTest
    @MethodSource("responses")
    void allowsAnotherAttemptOnlyWhileNoResponseHasBegun(Response now, Response ignored) {
        for (Phase from : List.of(Phase.ROUTING, Phase.ACQUIRING, Phase.RELAYING)) {
            ExchangeState state = new ExchangeState();
            WAYS.get(from).forEach(state::phase);
            TO_RESPONSE.get(now).forEach(state::response);

            moves(now == Response.AWAITING, () -> state.phase(Phase.ACQUIRING), from + "/READING/" + now);
        }
    }

    @Test
    void becomesATunnelOnlyAfterTheWholeRequestAndInPlaceOfAResponse() {
        ExchangeState reading = new ExchangeState();
        WAYS.get(Phase.RELAYING).forEach(reading::phase);
        ExchangeState answered = new ExchangeState();
        answered.request(Request.READ);
        WAYS.get(Phase.RELAYING).forEach(answered::phase);
        answered.response(Response.SENDING);

        moves(false, () -> reading.phase(Phase.TUNNELLING), "READING");
        moves(false, () -> answered.phase(Phase.TUNNELLING), "SENDING");
    }

    @Test
    void beginsAtTheBeginning() {
        assertThat(new ExchangeState()).hasToString("ROUTING/READING/AWAITING");
    }
}
