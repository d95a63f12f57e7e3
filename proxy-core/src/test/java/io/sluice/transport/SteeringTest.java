package io.sluice.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

/** Addresses as the kernel lists them. What the kernel does with the program is for TakeOverIT. */
final class SteeringTest {
    private static boolean little() {
        return ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
    }

    @Test
    void writesAnIPv4AddressAsTheKernelDoes() {
        String hex = Steering.hex(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 8080));

        assertThat(hex).isEqualTo(little() ? "0100007F:1F90" : "7F000001:1F90");
    }

    @Test
    void writesAnIPv6AddressAsTheKernelDoes() {
        String hex = Steering.hex(new InetSocketAddress(InetAddress.ofLiteral("::1"), 80));

        assertThat(hex).isEqualTo(
                little() ? "00000000000000000000000001000000:0050" : "00000000000000000000000000000001:0050");
    }
}
