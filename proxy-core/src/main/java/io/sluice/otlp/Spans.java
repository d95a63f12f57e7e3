package io.sluice.otlp;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import io.sluice.http.Method;
import io.sluice.http.ProxyError;
import io.sluice.http.ProxyError.Side;
import io.sluice.tracing.Trace;
import io.sluice.tracing.TracedAttempt;
import io.sluice.tracing.TracedRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Makes the spans of an ended exchange, with the names that OpenTelemetry's semantic conventions for HTTP give things: one of
 * the client's request, one of each attempt below it. <em>Immutable.</em>
 */
final class Spans {
    private static final AttributeKey<String> METHOD = AttributeKey.stringKey("http.request.method");
    private static final AttributeKey<String> METHOD_ORIGINAL = AttributeKey.stringKey("http.request.method_original");
    private static final AttributeKey<Long> RESEND_COUNT = AttributeKey.longKey("http.request.resend_count");
    private static final AttributeKey<Long> STATUS = AttributeKey.longKey("http.response.status_code");
    private static final AttributeKey<String> ROUTE = AttributeKey.stringKey("http.route");
    private static final AttributeKey<String> PATH = AttributeKey.stringKey("url.path");
    private static final AttributeKey<String> SCHEME = AttributeKey.stringKey("url.scheme");
    private static final AttributeKey<String> FULL = AttributeKey.stringKey("url.full");
    private static final AttributeKey<String> SERVER_ADDRESS = AttributeKey.stringKey("server.address");
    private static final AttributeKey<Long> SERVER_PORT = AttributeKey.longKey("server.port");
    private static final AttributeKey<String> CLIENT_ADDRESS = AttributeKey.stringKey("client.address");
    private static final AttributeKey<String> PEER_ADDRESS = AttributeKey.stringKey("network.peer.address");
    private static final AttributeKey<String> VERSION = AttributeKey.stringKey("network.protocol.version");
    private static final AttributeKey<String> ERROR = AttributeKey.stringKey("error.type");
    private static final AttributeKey<String> LISTENER = AttributeKey.stringKey("sluice.listener");
    private static final AttributeKey<String> SERVICE = AttributeKey.stringKey("sluice.service");

    private final FinishedSpan.Origin origin;

    Spans(FinishedSpan.Origin origin) {
        this.origin = origin;
    }

    /**
     * The spans of an exchange, the client's request first.
     *
     * @param epochNanos what to add to a value of {@link System#nanoTime} for the time of day
     */
    List<SpanData> of(EndedExchange exchange, long epochNanos) {
        List<SpanData> spans = new ArrayList<>(exchange.spans());
        SpanContext self = context(exchange.trace().id(), exchange.trace().spanId());
        long from = exchange.startedNanos() + epochNanos;
        spans.add(request(exchange, self, from));
        for (TracedAttempt attempt : exchange.trace().attempts()) {
            spans.add(attempt(exchange, attempt, spans.size() - 1, self, from));
        }
        return spans;
    }

    private SpanData request(EndedExchange exchange, SpanContext self, long from) {
        Trace trace = exchange.trace();
        TracedRequest request = trace.request();
        boolean routed = !exchange.route().equals("-");
        AttributesBuilder facts = Attributes.builder();
        method(exchange, facts);
        if (routed) {
            facts.put(ROUTE, exchange.route());
        }
        if (!request.path().isEmpty()) {
            facts.put(PATH, request.path());
        }
        facts.put(SCHEME, scheme(request));
        facts.put(SERVER_ADDRESS, bare(request.host()));
        facts.put(SERVER_PORT, (long) request.port());
        facts.put(CLIENT_ADDRESS, request.client());
        facts.put(PEER_ADDRESS, request.peer());
        facts.put(VERSION, switch (exchange.protocol()) {
            case HTTP_10 -> "1.0";
            case HTTP_2 -> "2";
            case HTTP_11, TCP -> "1.1";
        });
        facts.put(LISTENER, exchange.listener());
        outcome(exchange.status(), exchange.error(), 500, facts);
        // A status below 500 is no error of ours, whatever else is known of it; a body cut short is one.
        boolean failed = exchange.status() >= 500 || brokenOff(exchange.status(), exchange.error());
        String caller = trace.callerId();
        return new FinishedSpan(
                origin,
                word(exchange.method()) + (routed ? " " + exchange.route() : ""),
                SpanKind.SERVER,
                self,
                caller == null ? SpanContext.getInvalid()
                        : SpanContext.createFromRemoteParent(
                                trace.id(), caller, TraceFlags.getSampled(), TraceState.getDefault()),
                from,
                from + exchange.totalNanos(),
                failed ? StatusData.error() : StatusData.unset(),
                facts.build());
    }

    private SpanData attempt(EndedExchange exchange, TracedAttempt attempt, int number, SpanContext parent, long from) {
        TracedRequest request = exchange.trace().request();
        AttributesBuilder facts = Attributes.builder();
        method(exchange, facts);
        String address = attempt.endpoint();
        int colon = address.lastIndexOf(':');
        facts.put(SERVER_ADDRESS, bare(address.substring(0, Math.max(colon, 0))));
        facts.put(SERVER_PORT, port(address, colon));
        facts.put(FULL, "http://" + address + request.forwarded());
        facts.put(VERSION, "1.1");
        facts.put(SERVICE, attempt.service());
        if (number > 0) {
            facts.put(RESEND_COUNT, (long) number);
        }
        outcome(attempt.status(), attempt.error(), 400, facts);
        boolean failed = attempt.status() >= 400 || brokenOff(attempt.status(), attempt.error());
        return new FinishedSpan(
                origin,
                word(exchange.method()),
                SpanKind.CLIENT,
                context(exchange.trace().id(), attempt.spanId()),
                parent,
                from + attempt.startNanos(),
                from + Math.max(attempt.startNanos(), attempt.endNanos()),
                failed ? StatusData.error() : StatusData.unset(),
                facts.build());
    }

    private static SpanContext context(String traceId, String spanId) {
        return SpanContext.create(traceId, spanId, TraceFlags.getSampled(), TraceState.getDefault());
    }

    private static void method(EndedExchange exchange, AttributesBuilder facts) {
        facts.put(METHOD, exchange.method() == Method.OTHER ? "_OTHER" : exchange.method().name());
        String original = exchange.trace().request().method();
        if (original != null && !original.isEmpty()) {
            facts.put(METHOD_ORIGINAL, original);
        }
    }

    /** The method as it stands in a span's name. */
    private static String word(Method method) {
        return method == Method.OTHER ? "HTTP" : method.name();
    }

    private static void outcome(int status, ProxyError error, int failedFrom, AttributesBuilder facts) {
        if (status > 0) {
            facts.put(STATUS, (long) status);
        }
        if (error != null) {
            facts.put(ERROR, error.word());
        } else if (status >= failedFrom) {
            facts.put(ERROR, Integer.toString(status));
        }
    }

    /** Whether something failed that no status tells of, and that the client did not do. */
    private static boolean brokenOff(int status, ProxyError error) {
        return error != null && error.side() != Side.CLIENT && status < 400;
    }

    private static String scheme(TracedRequest request) {
        return request.secure() ? "https" : "http";
    }

    /** An IPv6 address without its brackets. */
    private static String bare(String host) {
        String name = host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
        return name.toLowerCase(Locale.ROOT);
    }

    private static long port(String address, int colon) {
        try {
            return Long.parseLong(address.substring(colon + 1));
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
