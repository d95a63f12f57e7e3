package io.sluice.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.config.ActionConfig;
import io.sluice.config.Cidr;
import io.sluice.config.FilterConfig;
import io.sluice.config.MatchConfig;
import io.sluice.config.RouteConfig;
import io.sluice.filter.RequestFilter;
import io.sluice.http.ProxyError;
import io.sluice.http.RequestHead;
import io.sluice.http.RequestHeads;
import io.sluice.http.ResponseHead;
import io.sluice.service.Service;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RouteCompilerTest {
    private static final InetAddress CLIENT = InetAddress.ofLiteral("192.0.2.7");
    private static final ActionConfig OK = new ActionConfig.Respond(200, "ok", "text/plain");

    private final Service app = RouterConfig.service(0, "app");
    private final Service next = RouterConfig.service(1, "next");
    private final RouteCompiler compiler = new RouteCompiler(Map.of("app", app, "next", next), List.of());

    @Test
    void appliesFiltersInTheirOrder() {
        Route route = compile(OK,
                new FilterConfig.StripPrefix("/v1"),
                new FilterConfig.AddPrefix("/app"),
                new FilterConfig.RewritePath("^/app/(.*)", "/$1/end"),
                new FilterConfig.RequestHeaders(Map.of("X-Env", "prod"), Map.of(), List.of()),
                new FilterConfig.ResponseHeaders(Map.of(), Map.of(), List.of("Server")));
        RequestHead request = RequestHeads.of("GET /v1/x HTTP/1.1", "Host: a");
        ResponseHead response = RequestHeads.response(200, "Server: x", "Date: y");

        for (RequestFilter filter : route.requestFilters()) {
            assertThat(filter.apply(request, CLIENT)).isNull();
        }
        route.responseFilters().forEach(filter -> filter.apply(response));

        assertThat(RequestHeads.forwardedPath(request)).isEqualTo("/x/end");
        assertThat(RequestHeads.kept(request)).containsExactly("Host: a", "X-Env: prod");
        assertThat(RequestHeads.kept(response)).containsExactly("Date: y");
    }

    @Test
    void tellsAllowFromDeny() {
        List<Cidr> mine = List.of(new Cidr(CLIENT, 32));
        RequestHead request = RequestHeads.of("GET / HTTP/1.1", "Host: a");

        assertThat(compile(OK, new FilterConfig.Allow(mine)).requestFilters().getFirst().apply(request, CLIENT)).isNull();
        assertThat(compile(OK, new FilterConfig.Deny(mine)).requestFilters().getFirst().apply(request, CLIENT))
                .isEqualTo(ProxyError.ADDRESS_DENIED);
    }

    @Test
    void carriesTheRoutesOwnLimits() {
        Route route = compile(OK);

        assertThat(route.index()).isEqualTo(7);
        assertThat(route.name()).isEqualTo("r");
        assertThat(route.deadlines()).isEqualTo(Deadlines.of(RouterConfig.TIMEOUTS));
        assertThat(route.requestBodyMax()).isEqualTo(1000);
        assertThat(route.retry()).isEqualTo(RouterConfig.RETRY);
    }

    @Test
    void answersARedirectWithItsLocation() {
        Action.Answer answer = (Action.Answer) compile(new ActionConfig.Redirect("/new?x=1", 308)).action();

        assertThat(answer.status()).isEqualTo(308);
        assertThat(answer.fields()).hasToString("[Location: /new?x=1]");
        assertThat(answer.body()).isEmpty();
    }

    @Test
    void answersWithABodyInUtf8() {
        Action.Answer answer = (Action.Answer)
                compile(new ActionConfig.Respond(418, "Grüße", "text/plain; charset=utf-8")).action();

        assertThat(answer.status()).isEqualTo(418);
        assertThat(answer.fields()).hasToString("[Content-Type: text/plain; charset=utf-8]");
        assertThat(new String(answer.body(), StandardCharsets.UTF_8)).isEqualTo("Grüße");
    }

    @ParameterizedTest
    @ValueSource(ints = {204, 205, 304})
    void sendsNoBodyWhereTheStatusHasNone(int status) {
        Action.Answer answer = (Action.Answer) compile(new ActionConfig.Respond(status, "body", "text/plain")).action();

        assertThat(answer.fields()).isEmpty();
        assertThat(answer.body()).isEmpty();
    }

    @Test
    void refusesALineBreakInAnAnswersField() {
        assertThatThrownBy(() -> compile(new ActionConfig.Redirect("/\r\nX: y", 302)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void sharesRequestsAmongServicesByWeight() {
        ServiceSplit split = split(new ActionConfig.WeightedService("app", 90), new ActionConfig.WeightedService("next", 10));
        int ofNext = 0;

        for (int i = 0; i < 100_000; i++) {
            ofNext += split.pick() == next ? 1 : 0;
        }

        // 10,000 expected with a standard deviation of 95: eight of them are never left.
        assertThat(ofNext).isBetween(9_240, 10_760);
    }

    @Test
    void neverTakesAServiceWithoutAWeight() {
        ServiceSplit split = split(
                new ActionConfig.WeightedService("next", 0), new ActionConfig.WeightedService("app", 1),
                new ActionConfig.WeightedService("next", 0));

        for (int i = 0; i < 1000; i++) {
            assertThat(split.pick()).isSameAs(app);
        }
        assertThat(new ServiceSplit(next).pick()).isSameAs(next);
    }

    @Test
    void refusesASplitOfNothing() {
        assertThatThrownBy(() -> split(new ActionConfig.WeightedService("app", 0)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> split(new ActionConfig.WeightedService("absent", 1)))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("absent");
    }

    private ServiceSplit split(ActionConfig.WeightedService... services) {
        return ((Action.Forward) compile(new ActionConfig.Forward(List.of(services))).action()).split();
    }

    private Route compile(ActionConfig action, FilterConfig... filters) {
        MatchConfig match = new MatchConfig("*", RouterConfig.path("/"), List.of(), Map.of(), Map.of());
        return compiler.compile(7, new RouteConfig(
                "r", match, List.of(filters), action, RouterConfig.LIMITS, RouterConfig.TIMEOUTS, RouterConfig.RETRY,
                RouterConfig.ZERO_COPY, null, null));
    }
}
