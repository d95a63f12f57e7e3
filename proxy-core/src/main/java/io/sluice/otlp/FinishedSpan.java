package io.sluice.otlp;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import java.util.List;

/**
 * A span as the library exports it. <em>Immutable.</em> Its methods are the library's; times are nanoseconds of the wall clock.
 *
 * @param origin who made it
 * @param name   what it is called
 * @param kind   whether it is a client's request or an attempt at an endpoint
 * @param self   its ids
 * @param parent its caller's; invalid where the trace begins here
 * @param from   when it began
 * @param to     when it ended
 * @param status whether it is an error
 * @param facts  what is told of it
 */
record FinishedSpan(
        Origin origin,
        String name,
        SpanKind kind,
        SpanContext self,
        SpanContext parent,
        long from,
        long to,
        StatusData status,
        Attributes facts)
        implements SpanData {

    /** What all spans of this process have in common. <em>Immutable.</em> */
    record Origin(Resource resource, InstrumentationScopeInfo scope) {}

    @Override
    public String getName() {
        return name;
    }

    @Override
    public SpanKind getKind() {
        return kind;
    }

    @Override
    public SpanContext getSpanContext() {
        return self;
    }

    @Override
    public SpanContext getParentSpanContext() {
        return parent;
    }

    @Override
    public StatusData getStatus() {
        return status;
    }

    @Override
    public long getStartEpochNanos() {
        return from;
    }

    @Override
    public Attributes getAttributes() {
        return facts;
    }

    @Override
    public List<EventData> getEvents() {
        return List.of();
    }

    @Override
    public List<LinkData> getLinks() {
        return List.of();
    }

    @Override
    public long getEndEpochNanos() {
        return to;
    }

    @Override
    public boolean hasEnded() {
        return true;
    }

    @Override
    public int getTotalRecordedEvents() {
        return 0;
    }

    @Override
    public int getTotalRecordedLinks() {
        return 0;
    }

    @Override
    public int getTotalAttributeCount() {
        return facts.size();
    }

    /** What the library's older interface asks for. */
    @Override
    @Deprecated
    @SuppressWarnings("deprecation")
    public io.opentelemetry.sdk.common.InstrumentationLibraryInfo getInstrumentationLibraryInfo() {
        return io.opentelemetry.sdk.common.InstrumentationLibraryInfo.create(
                origin.scope().getName(), origin.scope().getVersion());
    }

    @Override
    public InstrumentationScopeInfo getInstrumentationScopeInfo() {
        return origin.scope();
    }

    @Override
    public Resource getResource() {
        return origin.resource();
    }
}
