package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.channels.Pipe;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** The count that every scenario ends with would notice what was left open. */
final class DescriptorsTest {

    @Test
    @EnabledOnOs(OS.LINUX)
    void noticesADescriptorThatStaysOpen() throws Exception {
        Descriptors before = Descriptors.now();

        Pipe pipe = Pipe.open();
        assertThat(Descriptors.now().within(before)).isFalse();

        pipe.source().close();
        pipe.sink().close();
        assertThat(Descriptors.now().within(before)).isTrue();
    }
}
