package io.sluice.http;

import io.netty.util.AsciiString;

/**
 * Makes trailers of fields that came decoded (RFC 9113 §8.1), as strictly as a head's are: none that frames, routes or
 * authenticates is passed on. <em>Loop-confined.</em> One serves one message.
 */
public final class TrailerFields {
    private final TrailerSection section = new TrailerSection();
    private final HeadLimits limits;
    private boolean malformed;

    /** Begins with none. */
    public TrailerFields(HeadLimits limits) {
        this.limits = limits;
    }

    /** Adds a field; a pseudo-header makes them malformed. */
    public void field(AsciiString name, AsciiString value) {
        malformed |= !DecodedFields.name(name) || !DecodedFields.value(value)
                || section.count() >= limits.fieldsMax()
                || section.length() + name.length() + value.length() + 4 > limits.headBytesMax();
        if (!malformed) {
            section.append(name, value);
            malformed = DecodedFields.connectionSpecific(section.name(section.count() - 1));
        }
    }

    /** What may be passed on of them; null if they are malformed, or too many. */
    public Trailers end() {
        if (malformed) {
            return null;
        }
        TrailerNames.strip(section);
        byte[] lines = new byte[section.length()];
        return Trailers.of(lines, section.copyFields(lines, 0));
    }
}
