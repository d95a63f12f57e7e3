package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Span.SpanKind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** An OpenTelemetry collector on loopback that keeps what it gets. <em>Thread-safe.</em> To be registered before the proxy. */
final class OtlpCollector implements BeforeEachCallback, AfterEachCallback {
    private final List<Span> spans = new CopyOnWriteArrayList<>();
    private final List<Resource> resources = new CopyOnWriteArrayList<>();
    private final List<Map<String, List<String>>> headers = new CopyOnWriteArrayList<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private volatile int status = 200;
    private volatile Signal hold;
    private volatile long answerBytes;
    private final AtomicLong wrote = new AtomicLong();
    private final AtomicInteger holds = new AtomicInteger();
    private HttpServer server;

    @Override
    public void beforeEach(ExtensionContext context) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        server.setExecutor(threads);
        server.createContext("/v1/traces", this::take);
        server.start();
    }

    private void take(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            if (hold != null) {
                holds.incrementAndGet();
                hold.await();
                holds.decrementAndGet();
            }
            int answer = status;
            if (answer == 200) {
                headers.add(new TreeMap<>(exchange.getRequestHeaders()));
                ExportTraceServiceRequest.parseFrom(body).getResourceSpansList().forEach(of -> {
                    resources.add(of.getResource());
                    of.getScopeSpansList().forEach(scope -> spans.addAll(scope.getSpansList()));
                });
            }
            if (answerBytes == 0) {
                exchange.sendResponseHeaders(answer, -1);
            } else {
                write(exchange, answer);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void write(HttpExchange exchange, int answer) throws IOException {
        byte[] block = new byte[64 << 10];
        long bytes = answerBytes;
        exchange.sendResponseHeaders(answer, bytes);
        for (long sent = 0; sent < bytes; sent += block.length) {
            exchange.getResponseBody().write(block);
            wrote.addAndGet(block.length);
        }
    }

    /** Answers by a body of so many bytes, a multiple of 64 KiB, from now on. */
    void answerBody(long bytes) {
        answerBytes = bytes;
    }

    /** How many bytes of such bodies the sockets took. */
    long wrote() {
        return wrote.get();
    }

    /** What a configuration says for all to be recorded, and everybody's traceparent to be believed. */
    String yaml() {
        return "tracing: { endpoint: \"" + endpoint() + "\", sample: 100%, trust: all }\n";
    }

    String endpoint() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** Answers so from now on. */
    void answer(int newStatus) {
        status = newStatus;
    }

    /** Answers nothing until the signal is raised. */
    void hold(Signal until) {
        hold = until;
    }

    /** How many exports wait for that signal. */
    int holds() {
        return holds.get();
    }

    /** All spans so far. */
    List<Span> spans() {
        return spans;
    }

    List<Resource> resources() {
        return resources;
    }

    List<Map<String, List<String>>> headers() {
        return headers;
    }

    /** The span of the one request on this route, which has come. */
    Span request(String route) {
        return await("span of " + route).until(() -> requests(route), found -> !found.isEmpty()).getFirst();
    }

    /** The spans of requests on this route. */
    List<Span> requests(String route) {
        return spans.stream()
                .filter(span -> span.getKind() == SpanKind.SPAN_KIND_SERVER)
                .filter(span -> route.equals(fact(span, "http.route")))
                .toList();
    }

    /** The attempts below a request, which came with it, in the order they were made. */
    List<Span> attempts(Span request) {
        return spans.stream().filter(span -> span.getParentSpanId().equals(request.getSpanId()))
                .peek(span -> {
                    assertThat(span.getKind()).isEqualTo(SpanKind.SPAN_KIND_CLIENT);
                    assertThat(span.getTraceId()).isEqualTo(request.getTraceId());
                    assertThat(span.getStartTimeUnixNano()).isBetween(
                            request.getStartTimeUnixNano(), span.getEndTimeUnixNano());
                    assertThat(span.getEndTimeUnixNano()).isLessThanOrEqualTo(request.getEndTimeUnixNano());
                })
                .toList();
    }

    /** An attribute as text; null = there is none. */
    static String fact(Span span, String name) {
        return facts(span).get(name);
    }

    /** All attributes as text. */
    static Map<String, String> facts(Span span) {
        return facts(span.getAttributesList());
    }

    static Map<String, String> facts(List<KeyValue> list) {
        Map<String, String> facts = new TreeMap<>();
        list.forEach(fact -> facts.put(fact.getKey(), fact.getValue().hasIntValue()
                ? Long.toString(fact.getValue().getIntValue()) : fact.getValue().getStringValue()));
        return facts;
    }

    /** The trace's id as text. */
    static String trace(Span span) {
        return HexFormat.of().formatHex(span.getTraceId().toByteArray());
    }

    /** The span's id as text. */
    static String id(Span span) {
        return HexFormat.of().formatHex(span.getSpanId().toByteArray());
    }

    /** The caller's span's id as text; empty = none. */
    static String caller(Span span) {
        return HexFormat.of().formatHex(span.getParentSpanId().toByteArray());
    }

    /** Stops to listen, as a collector that died. */
    void die() {
        server.stop(0);
    }

    @Override
    public void afterEach(ExtensionContext context) {
        server.stop(0);
        threads.shutdownNow();
    }
}
