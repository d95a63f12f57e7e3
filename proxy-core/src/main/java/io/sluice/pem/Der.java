package io.sluice.pem;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;

/**
 * Writes what requests and certificates are made of, in the distinguished encoding of ASN.1 (ITU-T X.690). Every method
 * returns one whole element. <em>Immutable.</em>
 */
final class Der {
    private static final int BOOLEAN = 0x01;
    private static final int INTEGER = 0x02;
    private static final int BIT_STRING = 0x03;
    private static final int OCTET_STRING = 0x04;
    private static final int OBJECT_IDENTIFIER = 0x06;
    private static final int UTF8_STRING = 0x0c;
    private static final int GENERALIZED_TIME = 0x18;
    private static final int UTC_TIME = 0x17;
    private static final int SEQUENCE = 0x30;
    private static final int SET = 0x31;
    private static final int CONTEXT = 0x80;
    private static final int CONSTRUCTED = 0x20;
    /** From this year on a time is written with all digits of its year (RFC 5280 §4.1.2.5). */
    private static final int LONG_YEARS_FROM = 2050;
    private static final DateTimeFormatter SHORT = DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter LONG = DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);

    private Der() {}

    private static byte[] element(int tag, byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(content.length + 6);
        out.write(tag);
        if (content.length < 0x80) {
            out.write(content.length);
        } else {
            byte[] length = BigInteger.valueOf(content.length).toByteArray();
            int skip = length[0] == 0 ? 1 : 0;
            out.write(0x80 | length.length - skip);
            out.write(length, skip, length.length - skip);
        }
        out.writeBytes(content);
        return out.toByteArray();
    }

    private static byte[] join(List<byte[]> elements) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        elements.forEach(out::writeBytes);
        return out.toByteArray();
    }

    static byte[] sequence(byte[]... elements) {
        return sequence(List.of(elements));
    }

    static byte[] sequence(List<byte[]> elements) {
        return element(SEQUENCE, join(elements));
    }

    /** A set of one. */
    static byte[] set(byte[] only) {
        return element(SET, only);
    }

    static byte[] integer(BigInteger value) {
        return element(INTEGER, value.toByteArray());
    }

    static byte[] bool(boolean value) {
        return element(BOOLEAN, new byte[] {(byte) (value ? 0xff : 0)});
    }

    /** All bits of whole bytes. */
    static byte[] bits(byte[] bytes) {
        return element(BIT_STRING, join(List.of(new byte[1], bytes)));
    }

    static byte[] octets(byte[] bytes) {
        return element(OCTET_STRING, bytes);
    }

    static byte[] text(String text) {
        return element(UTF8_STRING, text.getBytes(StandardCharsets.UTF_8));
    }

    static byte[] time(Instant time) {
        boolean large = time.atZone(ZoneOffset.UTC).getYear() >= LONG_YEARS_FROM;
        return element(large ? GENERALIZED_TIME : UTC_TIME, (large ? LONG : SHORT).format(time).getBytes(StandardCharsets.US_ASCII));
    }

    /** An element that its number gives a meaning, and that holds others. */
    static byte[] holding(int number, byte[] content) {
        return element(CONTEXT | CONSTRUCTED | number, content);
    }

    /** A value that its number gives a meaning. */
    static byte[] plain(int number, byte[] content) {
        return element(CONTEXT | number, content);
    }

    /** An object identifier, in the numbers one writes it in. */
    static byte[] oid(String dotted) {
        String[] arcs = dotted.split("\\.");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        base128(out, Integer.parseInt(arcs[0]) * 40 + Integer.parseInt(arcs[1]));
        for (int i = 2; i < arcs.length; i++) {
            base128(out, Integer.parseInt(arcs[i]));
        }
        return element(OBJECT_IDENTIFIER, out.toByteArray());
    }

    private static void base128(ByteArrayOutputStream out, int value) {
        for (int shift = 28; shift > 0; shift -= 7) {
            if (value >>> shift > 0) {
                out.write(0x80 | value >>> shift & 0x7f);
            }
        }
        out.write(value & 0x7f);
    }
}
