package io.sluice.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.sluice.config.ServiceConfig.ProxyProtocol;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProxyHeaderTest {
    private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";

    private static InetSocketAddress at(String address, int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(address), port);
    }

    private static ByteBuf written(ProxyProtocol version, InetSocketAddress source, InetSocketAddress destination) {
        ByteBuf out = Unpooled.buffer(ProxyHeader.BYTES_MAX, ProxyHeader.BYTES_MAX);
        new ProxyHeader(version, new AddressPair(source, destination)).writeTo(out);
        return out;
    }

    private static String text(InetSocketAddress source, InetSocketAddress destination) {
        return written(ProxyProtocol.V1, source, destination).toString(StandardCharsets.US_ASCII);
    }

    private static String hex(InetSocketAddress source, InetSocketAddress destination) {
        return ByteBufUtil.hexDump(written(ProxyProtocol.V2, source, destination));
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.7, 51000, 203.0.113.9, 443, PROXY TCP4 192.0.2.7 203.0.113.9 51000 443",
        "0.0.0.0, 1, 255.255.255.255, 65535, PROXY TCP4 0.0.0.0 255.255.255.255 1 65535",
        "2001:db8::7, 51000, ::1, 80, PROXY TCP6 2001:db8:0:0:0:0:0:7 0:0:0:0:0:0:0:1 51000 80",
    })
    void writesALineOfText(String source, int sourcePort, String destination, int port, String line) {
        assertThat(text(at(source, sourcePort), at(destination, port))).isEqualTo(line + "\r\n");
    }

    @Test
    void writesIpv4InBinary() {
        assertThat(hex(at("192.0.2.7", 51000), at("203.0.113.9", 443)))
                .isEqualTo(SIGNATURE + "2111" + "000c" + "c0000207" + "cb007109" + "c738" + "01bb");
    }

    @Test
    void writesIpv6InBinary() {
        assertThat(hex(at("2001:db8::7", 51000), at("::1", 80)))
                .isEqualTo(SIGNATURE + "2121" + "0024" + "20010db8000000000000000000000007"
                        + "00000000000000000000000000000001" + "c738" + "0050");
    }

    @Test
    void writesAMixedPairAsIpv6() {
        assertThat(text(at("192.0.2.7", 5), at("2001:db8::1", 80)))
                .isEqualTo("PROXY TCP6 0:0:0:0:0:ffff:c000:207 2001:db8:0:0:0:0:0:1 5 80\r\n");
        assertThat(hex(at("2001:db8::1", 5), at("192.0.2.7", 80)))
                .isEqualTo(SIGNATURE + "2121" + "0024" + "20010db8000000000000000000000001"
                        + "00000000000000000000ffffc0000207" + "0005" + "0050");
    }

    @Test
    void writesAMappedAddressAsTheIpv4AddressItIs() throws UnknownHostException {
        byte[] mapped = new byte[16];
        mapped[10] = mapped[11] = (byte) 0xff;
        mapped[12] = 10;
        mapped[15] = 3;
        InetSocketAddress dualStack = new InetSocketAddress(Inet6Address.getByAddress(null, mapped, -1), 7);

        assertThat(text(dualStack, at("10.0.0.1", 80))).isEqualTo("PROXY TCP4 10.0.0.3 10.0.0.1 7 80\r\n");
    }

    @Test
    void leavesOutTheZone() throws UnknownHostException {
        byte[] local = at("fe80::1", 1).getAddress().getAddress();
        InetSocketAddress zoned = new InetSocketAddress(Inet6Address.getByAddress(null, local, 3), 7);

        assertThat(text(zoned, at("::1", 80))).isEqualTo("PROXY TCP6 fe80:0:0:0:0:0:0:1 0:0:0:0:0:0:0:1 7 80\r\n");
    }

    @Test
    void fitsIntoWhatIsReservedAtItsLongest() {
        String widest = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";

        // The buffer has no room for more than BYTES_MAX.
        assertThat(text(at(widest, 65535), at(widest, 65535))).hasSize(104);
    }
}
