package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** The count that every scenario ends with would notice what was left open. */
final class DescriptorsTest {

    @Test
    @EnabledOnOs(OS.LINUX)
    void noticesADescriptorThatStaysOpen() throws Exception {
        Descriptors.settle();
        Descriptors before = Descriptors.now();

        ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        assertThat(Descriptors.now().within(before)).isFalse();

        socket.close();
        assertThat(Descriptors.now().within(before)).isTrue();
    }
}
