package io.sluice.tracing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.netty.buffer.Unpooled;
import io.sluice.config.TracingConfig;
import io.sluice.config.TracingConfig.Trust;
import io.sluice.http.HeadLimits;
import io.sluice.http.HeadParser;
import io.sluice.http.Peer;
import io.sluice.http.ProxyError;
import io.sluice.http.RequestHead;
import io.sluice.http.RequestHeads;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whose trace a request continues, whether it is recorded, and what its head says afterwards. */
final class TracingTest {
    private static final int ALL = 1_000_000;
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String CALLER = "00f067aa0ba902b7";
    private static final String SAMPLED = "traceparent: 00-" + TRACE + "-" + CALLER + "-01";
    private static final String UNSAMPLED = "traceparent: 00-" + TRACE + "-" + CALLER + "-00";
    private static final String STATE = "tracestate: a=1,b=2";

    private static Tracing tracing(Trust trust, int millionths) {
        return Tracing.of(new TracingConfig(URI.create("http://127.0.0.1:4318"), millionths, trust, "sluice", Map.of()));
    }

    private static Peer peer(boolean trusted) {
        return new Peer(new InetSocketAddress(InetAddress.ofLiteral("10.0.0.1"), 5),
                new InetSocketAddress(InetAddress.ofLiteral("10.0.0.2"), 8080), null, trusted, 0);
    }

    private static RequestHead head(String... fields) {
        String[] lines = new String[fields.length + 2];
        lines[0] = "GET /a/b?secret=1 HTTP/1.1";
        lines[1] = "Host: Site.test:81";
        System.arraycopy(fields, 0, lines, 2, fields.length);
        return RequestHeads.of(lines);
    }

    private static Trace begin(Tracing tracing, RequestHead head, boolean trusted) {
        return tracing.begin(head, peer(trusted), _ -> InetAddress.ofLiteral("203.0.113.9"));
    }

    @Test
    void isOffWithoutAnEndpoint() {
        assertThat(Tracing.of(TracingConfig.OFF)).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "ALL, false, true", "ALL, true, true", "TRUSTED_PROXIES, true, true", "TRUSTED_PROXIES, false, false",
        "NONE, true, false", "NONE, false, false",
    })
    void continuesTheTraceOfThoseWhoAreTrusted(Trust trust, boolean trusted, boolean continued) {
        RequestHead head = head(SAMPLED, STATE);

        Trace trace = begin(tracing(trust, 0), head, trusted);

        assertThat(trace.id().equals(TRACE)).isEqualTo(continued);
        assertThat(trace.callerId()).isEqualTo(continued ? CALLER : null);
        assertThat(trace.recorded()).isEqualTo(continued);
        assertThat(RequestHeads.kept(head)).contains("Host: Site.test:81").doesNotContain(SAMPLED);
        assertThat(RequestHeads.kept(head).contains(STATE)).isEqualTo(continued);
    }

    @Test
    void obeysATrustedCallerWhatEverItsOwnShare() {
        assertThat(begin(tracing(Trust.ALL, 0), head(SAMPLED), false).recorded()).isTrue();
        assertThat(begin(tracing(Trust.ALL, ALL), head(UNSAMPLED), false).recorded()).isFalse();
    }

    @Test
    void passesEveryTracestateOnUnchangedWithTheParentItBelongsTo() {
        RequestHead head = head(STATE, "TraceState: c=3", UNSAMPLED, "tracestate:");

        begin(tracing(Trust.ALL, ALL), head, false);

        assertThat(RequestHeads.kept(head)).containsExactly("Host: Site.test:81", STATE, "TraceState: c=3", "tracestate:");
    }

    @ParameterizedTest
    @ValueSource(strings = {"traceparent: nonsense", "traceparent:", "X-Other: 1"})
    void beginsATraceWhereTheCallersCannotBeReadAndDropsItsState(String field) {
        RequestHead head = head(field, STATE);

        Trace trace = begin(tracing(Trust.ALL, ALL), head, true);

        assertThat(trace.callerId()).isNull();
        assertThat(trace.id()).hasSize(32).isNotEqualTo(TRACE);
        assertThat(RequestHeads.kept(head)).doesNotContain(STATE);
    }

    @Test
    void beginsATraceWhereThereAreTwoCallers() {
        RequestHead head = head(SAMPLED, UNSAMPLED, STATE);

        Trace trace = begin(tracing(Trust.ALL, 0), head, true);

        assertThat(trace.id()).isNotEqualTo(TRACE);
        assertThat(RequestHeads.kept(head)).containsExactly("Host: Site.test:81");
    }

    @Test
    void recordsAllNoneOrItsShareOfTheTracesThatBeginHere() {
        assertThat(share(ALL)).isEqualTo(1);
        assertThat(share(0)).isZero();
        // Six times the standard deviation: one run in a billion.
        assertThat(share(250_000)).isCloseTo(0.25, within(6 * Math.sqrt(0.25 * 0.75 / 20_000)));
    }

    private static double share(int millionths) {
        Tracing tracing = tracing(Trust.NONE, millionths);
        int recorded = 0;
        for (int i = 0; i < 20_000; i++) {
            recorded += begin(tracing, head(), false).recorded() ? 1 : 0;
        }
        return recorded / 20_000.0;
    }

    @Test
    void namesEachAttemptAsTheCallerOfItsBackend() {
        RequestHead head = head(SAMPLED);
        Trace trace = begin(tracing(Trust.ALL, 0), head, false);

        trace.attempting("app", "10.0.0.5:80", 1);
        trace.into(head);
        String first = RequestHeads.kept(head).getLast();
        trace.left(ProxyError.CONNECT_FAILED, 2);
        trace.attempting("app", "10.0.0.6:80", 3);
        trace.into(head);
        trace.answered(200);
        trace.left(null, 4);
        trace.left(ProxyError.CLIENT_GONE, 5);

        assertThat(trace.attempts()).hasSize(2);
        TracedAttempt failed = trace.attempts().getFirst();
        TracedAttempt good = trace.attempts().getLast();
        assertThat(first).isEqualTo("traceparent: 00-" + TRACE + "-" + failed.spanId() + "-01");
        assertThat(RequestHeads.kept(head))
                .containsExactly("Host: Site.test:81", "traceparent: 00-" + TRACE + "-" + good.spanId() + "-01");
        assertThat(failed.spanId()).isNotEqualTo(good.spanId()).isNotEqualTo(CALLER);
        assertThat(failed.error()).isEqualTo(ProxyError.CONNECT_FAILED);
        assertThat(good.error()).isNull();
        assertThat(good.status()).isEqualTo(200);
        assertThat(good.endNanos()).isEqualTo(4);
    }

    @Test
    void tellsBackendsThatNothingIsRecordedAndKeepsNothing() {
        RequestHead head = head(UNSAMPLED);
        Trace trace = begin(tracing(Trust.ALL, ALL), head, false);

        trace.attempting("app", "10.0.0.5:80", 1);
        trace.into(head);
        trace.left(null, 2);

        assertThat(RequestHeads.kept(head).getLast())
                .startsWith("traceparent: 00-" + TRACE + "-").endsWith("-00").doesNotContain(CALLER);
        assertThat(trace.attempts()).isEmpty();
        assertThat(trace.request()).isNull();
    }

    @Test
    void keepsOfARecordedRequestWhatItsSpanTellsButNoQuery() {
        TracedRequest request = begin(tracing(Trust.ALL, 0), head(SAMPLED), true).request();

        assertThat(request).isEqualTo(
                new TracedRequest(null, "/a/b", "/a/b", "Site.test", 81, "203.0.113.9", "10.0.0.1", false));
    }

    @Test
    void cutsALongPathOff() {
        RequestHead head = RequestHeads.of("PURGE /" + "a".repeat(5000) + " HTTP/1.1", "Host: a", SAMPLED);

        TracedRequest request = begin(tracing(Trust.ALL, 0), head, false).request();

        assertThat(request.path()).hasSize(TracedRequest.PATH_MAX);
        assertThat(request.forwarded()).hasSize(TracedRequest.PATH_MAX);
        assertThat(request.method()).isEqualTo("PURGE");
        assertThat(request.port()).isEqualTo(80);
    }

    @Test
    void namesTheAddressCalledWhereARequestNamesNoHost() {
        RequestHead head = RequestHeads.of("GET / HTTP/1.0", SAMPLED);

        TracedRequest request = begin(tracing(Trust.ALL, 0), head, false).request();

        assertThat(request.host()).isEqualTo("10.0.0.2");
        assertThat(request.port()).isEqualTo(8080);
    }

    @Test
    void believesNothingOfARequestThatCannotBeRead() {
        RequestHead head = new RequestHead();
        new HeadParser(new HeadLimits(8192, 8192, 100)).parseRequest(head, Unpooled.copiedBuffer(
                "GET /a HTTP/1.1\r\nHost: a\r\n" + SAMPLED + "\r\nBad Field: x\r\n\r\n", StandardCharsets.US_ASCII));
        assertThat(head.error()).isEqualTo(ProxyError.MALFORMED_FIELD);

        Trace trace = begin(tracing(Trust.ALL, ALL), head, true);

        assertThat(trace.id()).isNotEqualTo(TRACE);
        assertThat(trace.request())
                .isEqualTo(new TracedRequest(null, "", "", "10.0.0.2", 8080, "10.0.0.1", "10.0.0.1", false));
    }
}
