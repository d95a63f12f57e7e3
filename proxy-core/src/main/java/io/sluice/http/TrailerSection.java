package io.sluice.http;

/** Fields behind a chunked body while they are read (RFC 9112 §7.1.2). <em>Loop-confined.</em> */
final class TrailerSection extends Head {
    TrailerSection() {
        expected = FieldLines.NEXT;
    }
}
