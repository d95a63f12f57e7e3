package io.sluice.tracing;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.http.RequestHead;
import io.sluice.http.RequestHeads;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The values of traceparent, as W3C Trace Context Level 1 reads them. */
final class TraceParentTest {
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String SPAN = "00f067aa0ba902b7";
    private static final String GOOD = "00-" + TRACE + "-" + SPAN + "-01";

    private static TraceParent parse(String value) {
        // Within other bytes, so that an offset that is forgotten shows.
        byte[] bytes = ("xx" + value + "0123456789abcdef").getBytes(StandardCharsets.ISO_8859_1);
        return TraceParent.parse(bytes, 2, 2 + value.length());
    }

    private static TraceParent of(String... fields) {
        String[] lines = new String[fields.length + 2];
        lines[0] = "GET / HTTP/1.1";
        lines[1] = "Host: a";
        System.arraycopy(fields, 0, lines, 2, fields.length);
        return TraceParent.of(RequestHeads.of(lines));
    }

    @Test
    void readsVersion00() {
        assertThat(parse(GOOD)).isEqualTo(new TraceParent(
                0x4bf92f3577b34da6L, 0xa3ce929d0e0e4736L, 0x00f067aa0ba902b7L, true));
    }

    @Test
    void writesWhatItReads() {
        assertThat(parse(GOOD).text()).isEqualTo(GOOD);
        assertThat(parse("00-" + "f".repeat(32) + "-" + "f".repeat(16) + "-00").text())
                .isEqualTo("00-" + "f".repeat(32) + "-" + "f".repeat(16) + "-00");
        assertThat(parse("00-" + "0".repeat(31) + "1-" + "0".repeat(15) + "1-01").text())
                .isEqualTo("00-" + "0".repeat(31) + "1-" + "0".repeat(15) + "1-01");
    }

    @ParameterizedTest
    @CsvSource({"00,false", "01,true", "02,false", "03,true", "fe,false", "ff,true"})
    void takesTheSampledBitOfTheFlagsAndSendsNoOther(String flags, boolean sampled) {
        TraceParent parent = parse("00-" + TRACE + "-" + SPAN + "-" + flags);

        assertThat(parent.sampled()).isEqualTo(sampled);
        assertThat(parent.text()).endsWith(sampled ? "-01" : "-00");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "01-" + TRACE + "-" + SPAN + "-01", "cc-" + TRACE + "-" + SPAN + "-01-what-the-future-brings",
        "fe-" + TRACE + "-" + SPAN + "-01-",
    })
    void readsOfAHigherVersionWhatItSharesAndAnswersIn00(String value) {
        assertThat(parse(value).text()).isEqualTo(GOOD);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        // The version.
        "ff-" + TRACE + "-" + SPAN + "-01", "0-" + TRACE + "-" + SPAN + "-01", "0x-" + TRACE + "-" + SPAN + "-01",
        "0A-" + TRACE + "-" + SPAN + "-01", ".0-" + TRACE + "-" + SPAN + "-01", "ff-" + TRACE + "-" + SPAN + "-01-x",
        // Lengths.
        "", "00", "00-" + TRACE + "-" + SPAN, "00-" + TRACE + "-" + SPAN + "-", "00-" + TRACE + "-" + SPAN + "-1",
        GOOD + "-", GOOD + "-x", GOOD + "0", GOOD + ".", "01-" + TRACE + "-" + SPAN + "-01x", "cc-" + TRACE + "-" + SPAN + "-011",
        // Ids.
        "00-00000000000000000000000000000000-" + SPAN + "-01", "00-" + TRACE + "-0000000000000000-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-" + SPAN + "-01", "00-" + TRACE + "-00F067AA0BA902B7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e473g-" + SPAN + "-01", "00-" + TRACE + "-00f067aa0ba902b -01",
        "00-4bf92f3577b34da6\u00e3ce929d0e0e4736-" + SPAN + "-01", "00-\u0000bf92f3577b34da6a3ce929d0e0e4736-" + SPAN + "-01",
        "01-00000000000000000000000000000000-" + SPAN + "-01-x", "01-" + TRACE + "-0000000000000000-01-x",
        // Flags.
        "00-" + TRACE + "-" + SPAN + "-0g", "00-" + TRACE + "-" + SPAN + "-0F", "00-" + TRACE + "-" + SPAN + "-  ",
        // Separators.
        "00_" + TRACE + "-" + SPAN + "-01", "00-" + TRACE + "_" + SPAN + "-01", "00-" + TRACE + "-" + SPAN + "_01",
        "00-" + TRACE + SPAN + "--01", "-00" + TRACE + "-" + SPAN + "-01", "00--" + TRACE + "-" + SPAN + "01",
    })
    void refusesWhatIsNone(String value) {
        assertThat(parse(value)).isNull();
    }

    @Test
    void refusesEveryChangeOfOneByteToWhatIsNoDigit() {
        for (int at = 0; at < GOOD.length(); at++) {
            for (char other : new char[] {'G', 'A', '/', ':', '`', 'g', '\u0080', '\u00ff', ' '}) {
                String changed = GOOD.substring(0, at) + other + GOOD.substring(at + 1);
                assertThat(parse(changed)).as(changed).isNull();
            }
        }
    }

    @Test
    void findsTheFieldInAnyCaseAndWithoutTheSpaceAroundIt() {
        assertThat(of("TraceParent:  " + GOOD + "\t")).isEqualTo(parse(GOOD));
    }

    @Test
    void takesNoneOfSeveral() {
        assertThat(of("traceparent: " + GOOD, "traceparent: " + GOOD)).isNull();
        assertThat(of("traceparent: " + GOOD, "Accept: a", "Traceparent: x")).isNull();
    }

    @Test
    void findsNoneWhereNoneIs() {
        assertThat(of("trace-parent: " + GOOD, "traceparents: " + GOOD)).isNull();
    }

    @Test
    void findsNoneThatWasDropped() {
        RequestHead head = RequestHeads.of("GET / HTTP/1.1", "Host: a", "traceparent: " + GOOD);
        head.drop(1);

        assertThat(TraceParent.of(head)).isNull();
    }
}
