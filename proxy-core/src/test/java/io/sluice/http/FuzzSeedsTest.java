package io.sluice.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every fuzz seed, and its beginnings and neighbours, once without Jazzer: what it ever found stays found. */
final class FuzzSeedsTest {
    @TestFactory
    Stream<DynamicTest> keepsItsPromisesForEverySeed() throws IOException {
        return Stream.of(
                        seeds("RequestHeadFuzz", RequestHeadFuzz::fuzzerTestOneInput),
                        seeds("ResponseHeadFuzz", ResponseHeadFuzz::fuzzerTestOneInput),
                        seeds("ChunkedDecoderFuzz", ChunkedDecoderFuzz::fuzzerTestOneInput))
                .flatMap(List::stream);
    }

    private static List<DynamicTest> seeds(String target, Consumer<byte[]> promises) throws IOException {
        try (Stream<Path> files = Files.list(Path.of("src/test/resources/fuzz", target))) {
            List<DynamicTest> tests = files.sorted()
                    .map(file -> DynamicTest.dynamicTest(target + " " + file.getFileName(), () -> {
                        byte[] seed = Files.readAllBytes(file);
                        promises.accept(seed);
                        for (int i = 0; i < seed.length; i++) {
                            byte[] changed = seed.clone();
                            for (int b : new int[] {0, '\r', '\n', ' ', ':', ',', '0', 0x80, 0xff}) {
                                changed[i] = (byte) b;
                                promises.accept(changed);
                            }
                            promises.accept(java.util.Arrays.copyOf(seed, i));
                        }
                    }))
                    .toList();
            assertThat(tests).isNotEmpty();
            return tests;
        }
    }
}
