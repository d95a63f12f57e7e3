package io.sluice.transport;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DescriptorsTest {

    @ParameterizedTest
    @CsvSource({
        "1024, 6144, 409",
        "20000, 6144, 8000",
        "20000, 64, 8000",
        "1048576, 6144, 419430",
        // A container with a million descriptors and little memory: half of 64 and 128 MiB, a quarter of 512 MiB.
        "1048576, 32, 2048",
        "1048576, 64, 10240",
        "1048576, 128, 26624",
        "1048576, 24, 256",
        "1048576, 8, 256",
        "100, 8, 40",
        "1, 6144, 1",
        "1000000000, 1000000, 1000000",
    })
    void allowsAsManyConnectionsAsDescriptorsAndHeapSuffice(long descriptors, long heapMiB, int connections) {
        assertThat(Descriptors.connectionsMax(descriptors, heapMiB << 20)).isEqualTo(connections);
    }
}
