package io.sluice.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/** Makes a test of each row of a table: the bytes whole, cut in two at every byte, and dripped. <em>Immutable.</em> */
final class Cases {
    private Cases() {}

    /** How a row's bytes are parsed when they arrive in these pieces. */
    interface Parse {
        Outcome with(byte[] raw, int... cuts);
    }

    static Stream<DynamicTest> refused(Parse parse, ProxyError error, String... namesAndMessages) {
        return rows(namesAndMessages, raw -> {
            Outcome whole = parse.with(raw);
            assertThat(whole.status()).isEqualTo(ParseStatus.REFUSED);
            assertThat(whole.error()).isEqualTo(error);
            return whole;
        }, parse);
    }

    static Stream<DynamicTest> accepted(Parse parse, String... namesAndMessages) {
        return rows(namesAndMessages, raw -> {
            Outcome whole = parse.with(raw);
            assertThat(whole.error()).isNull();
            assertThat(whole.status()).isEqualTo(ParseStatus.COMPLETE);
            assertThat(whole.consumed()).isEqualTo(raw.length);
            return whole;
        }, parse);
    }

    private static Stream<DynamicTest> rows(String[] table, Function<byte[], Outcome> check, Parse parse) {
        return java.util.stream.IntStream.range(0, table.length / 2).mapToObj(i -> {
            byte[] raw = Outcome.bytes(table[2 * i + 1]);
            return DynamicTest.dynamicTest(table[2 * i], () -> {
                Outcome whole = check.apply(raw);
                assertSameHoweverCut(raw, whole, parse);
            });
        });
    }

    static void assertSameHoweverCut(byte[] raw, Outcome whole, Parse parse) {
        for (int cut = 1; cut < raw.length; cut++) {
            assertThat(parse.with(raw, cut)).as("cut at %d", cut).isEqualTo(whole);
        }
        assertThat(parse.with(raw, Outcome.drip(raw))).as("dripped").isEqualTo(whole);
    }
}
