package io.sluice.http2;

import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import io.sluice.http.FieldSection;
import java.util.List;

/**
 * What the codec takes for the fields it decoded: passes each on to a {@link FieldSection}, and keeps none.
 * <em>Loop-confined.</em>
 */
final class DecodedFields extends DefaultHttp2Headers {
    private final FieldSection section;

    DecodedFields(FieldSection section) {
        super(false, 2);
        this.section = section;
    }

    @Override
    public Http2Headers add(CharSequence name, CharSequence value) {
        AsciiString its = AsciiString.of(name);
        AsciiString says = AsciiString.of(value);
        section.add(
                its.array(), its.arrayOffset(), its.arrayOffset() + its.length(),
                says.array(), says.arrayOffset(), says.arrayOffset() + says.length());
        return this;
    }

    /** None: their length is checked against the data here, not by the codec. */
    @Override
    public List<CharSequence> getAll(CharSequence name) {
        return List.of();
    }
}
