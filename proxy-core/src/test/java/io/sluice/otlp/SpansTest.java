package io.sluice.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.sluice.config.TracingConfig;
import io.sluice.config.TracingConfig.Trust;
import io.sluice.http.Encryption;
import io.sluice.http.Peer;
import io.sluice.http.ProxyError;
import io.sluice.http.RequestHead;
import io.sluice.http.RequestHeads;
import io.sluice.telemetry.ExchangeRecord;
import io.sluice.tracing.Tracing;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Spans of records, by the names of the semantic conventions. */
final class SpansTest {
    private static final long EPOCH = 1_000_000_000_000L;

    private final Spans spans = new Spans(
            new FinishedSpan.Origin(Resource.empty(), InstrumentationScopeInfo.create("io.sluice")));

    private static ExchangeRecord begun(String... lines) {
        RequestHead head = RequestHeads.of(lines);
        Peer peer = new Peer(new InetSocketAddress(InetAddress.ofLiteral("10.0.0.1"), 5),
                new InetSocketAddress(InetAddress.ofLiteral("fd00::2"), 8080),
                new Encryption("TLSv1.3", "TLS_AES_128_GCM_SHA256", null, null), false, 0);
        ExchangeRecord record = new ExchangeRecord("web", "", 5_000, 0);
        Tracing tracing = Tracing.of(
                new TracingConfig(URI.create("http://127.0.0.1:4318"), 1_000_000, Trust.NONE, "sluice", Map.of()));
        record.trace(tracing.begin(head, peer, _ -> peer.remote().getAddress()));
        record.request(head, false);
        return record;
    }

    private static Object fact(SpanData span, String name) {
        Attributes facts = span.getAttributes();
        return facts.asMap().entrySet().stream().filter(it -> it.getKey().getKey().equals(name))
                .map(Map.Entry::getValue).findFirst().orElse(null);
    }

    @Test
    void givesEachItsTimes() {
        ExchangeRecord record = begun("GET / HTTP/1.1", "Host: a");
        record.route("all");
        record.attempt("app", "10.0.0.5:80");
        record.attempting(5_100);
        record.left(ProxyError.CONNECT_FAILED, 5_200);
        record.attempt("app", "10.0.0.6:80");
        record.attempting(5_200);
        record.response(200, 250);
        record.left(null, 5_300);
        record.ended(null, 5_400);

        List<SpanData> made = spans.of(EndedExchange.of(record), EPOCH);

        assertThat(made).extracting(SpanData::getKind)
                .containsExactly(SpanKind.SERVER, SpanKind.CLIENT, SpanKind.CLIENT);
        assertThat(made).extracting(span -> span.getStartEpochNanos() - EPOCH).containsExactly(5_000L, 5_100L, 5_200L);
        assertThat(made).extracting(span -> span.getEndEpochNanos() - EPOCH).containsExactly(5_400L, 5_200L, 5_300L);
        assertThat(made).extracting(SpanData::getTraceId).containsOnly(record.trace().id());
        assertThat(made.getFirst().getParentSpanContext().isValid()).isFalse();
        assertThat(made.subList(1, 3)).extracting(SpanData::getParentSpanId).containsOnly(record.trace().spanId());
        assertThat(made).extracting(span -> fact(span, "http.response.status_code")).containsExactly(200L, null, 200L);
        assertThat(made).allSatisfy(span -> assertThat(span.getTotalAttributeCount()).isEqualTo(span.getAttributes().size()));
    }

    @Test
    void endsAnAttemptThatNobodyEndedWithItsExchange() {
        ExchangeRecord record = begun("GET / HTTP/1.1", "Host: a");
        record.attempt("app", "10.0.0.5:80");
        record.attempting(5_100);
        record.ended(ProxyError.INTERNAL, 5_400);

        SpanData attempt = spans.of(EndedExchange.of(record), EPOCH).getLast();

        assertThat(attempt.getEndEpochNanos() - EPOCH).isEqualTo(5_400);
        assertThat(fact(attempt, "error.type")).isEqualTo("internal");
    }

    @ParameterizedTest
    @CsvSource({"10.0.0.5:80, 10.0.0.5, 80", "[fd00::1]:8080, fd00::1, 8080", "Backend.test:443, backend.test, 443"})
    void takesAnEndpointsAddressApart(String endpoint, String address, long port) {
        ExchangeRecord record = begun("GET /a?b HTTP/1.1", "Host: a");
        record.attempt("app", endpoint);
        record.attempting(5_100);
        record.ended(null, 5_400);

        SpanData attempt = spans.of(EndedExchange.of(record), EPOCH).getLast();

        assertThat(fact(attempt, "server.address")).isEqualTo(address);
        assertThat(fact(attempt, "server.port")).isEqualTo(port);
        assertThat(fact(attempt, "url.full")).isEqualTo("http://" + endpoint + "/a");
    }

    @Test
    void callsAMethodThatIsNoneByTheConventionsWord() {
        ExchangeRecord record = begun("PURGE / HTTP/1.0");
        record.route("all");
        record.ended(null, 5_400);

        SpanData request = spans.of(EndedExchange.of(record), EPOCH).getFirst();

        assertThat(request.getName()).isEqualTo("HTTP all");
        assertThat(fact(request, "http.request.method")).isEqualTo("_OTHER");
        assertThat(fact(request, "http.request.method_original")).isEqualTo("PURGE");
        assertThat(fact(request, "network.protocol.version")).isEqualTo("1.0");
        assertThat(fact(request, "server.address")).isEqualTo("fd00:0:0:0:0:0:0:2");
        assertThat(fact(request, "url.scheme")).isEqualTo("https");
    }

    @ParameterizedTest
    @CsvSource({
        "404, NO_ROUTE, UNSET", "429, RATE_LIMITED, UNSET", "400, MALFORMED_FIELD, UNSET", "0, CLIENT_GONE, UNSET",
        "200, CLIENT_TOO_SLOW, UNSET", "200, RESPONSE_TRUNCATED, ERROR", "0, SHUTTING_DOWN, ERROR", "101, TUNNEL_IDLE, ERROR",
        "502, CONNECT_FAILED, ERROR", "505, UNSUPPORTED_VERSION, ERROR",
    })
    void countsAsErrorWhatIsNotTheClientsDoing(int status, ProxyError error, StatusCode expected) {
        ExchangeRecord record = begun("GET / HTTP/1.1", "Host: a");
        record.answered(status);
        record.ended(error, 5_400);

        SpanData request = spans.of(EndedExchange.of(record), EPOCH).getFirst();

        assertThat(request.getStatus().getStatusCode()).isEqualTo(expected);
        assertThat(fact(request, "error.type")).isEqualTo(error.word());
        assertThat(request.getAttributes().get(AttributeKey.longKey("http.response.status_code")))
                .isEqualTo(status == 0 ? null : Long.valueOf(status));
    }
}
