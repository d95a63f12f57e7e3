package io.sluice.http;

/**
 * How large a head may be. <em>Immutable.</em>
 *
 * @param headBytesMax a whole head, its empty line included
 * @param lineBytesMax a request line without its CRLF; not used for responses
 * @param fieldsMax    fields in a head, and in a trailer section
 */
public record HeadLimits(int headBytesMax, int lineBytesMax, int fieldsMax) {}
