package io.sluice.filter;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressLiteralTest {

    @ParameterizedTest
    @CsvSource({
        "192.0.2.1,              192.0.2.1",
        "0.0.0.0,                0.0.0.0",
        "255.255.255.255,        255.255.255.255",
        "192.0.2.1:4711,         192.0.2.1",
        "2001:db8::1,            2001:db8:0:0:0:0:0:1",
        "2001:DB8::a:1,          2001:db8:0:0:0:0:a:1",
        "::,                     0:0:0:0:0:0:0:0",
        "[2001:db8::1],          2001:db8:0:0:0:0:0:1",
        "[2001:db8::1]:4711,     2001:db8:0:0:0:0:0:1",
        "::ffff:192.0.2.1,       192.0.2.1",
        "[::ffff:192.0.2.1]:80,  192.0.2.1",
    })
    void readsLiteralsWithPortsAndBrackets(String text, String address) {
        assertThat(parse(text).getHostAddress()).isEqualTo(address);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", "unknown", "_hidden", "localhost", "example.com", "1", "127.1", "1.2.3", "1.2.3.4.5", "1.2.3.4.", ".1.2.3.4",
        "1..2.3", "256.0.0.1", "1.2.3.999", "1.2.3.0004", "010.0.0.1", "1.2.3.04", "0x7f.0.0.1", "2130706433",
        "1.2.3.4:", "1.2.3.4:x", "1.2.3.4:123456", "1.2.3.4:80:", ":80", "1.2.3.4 ", "\"1.2.3.4\"", "-1.2.3.4",
        "[2001:db8::1", "2001:db8::1]", "[2001:db8::1]x", "[2001:db8::1]:", "[]", "[", "[1.2.3.4]", "[localhost]",
        "2001:db8::1%eth0", "[fe80::1%1]", ":::", "1:2:3:4:5:6:7:8:9", "1:2:3", "12345::", "g::1", "::1::",
        "::ffff:1.2.3.4.5", "dead.beef:a:b", "::fff\u00ff", "\u0660.0.0.1",
        "0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000",
    })
    void takesNothingElseForAnAddress(String text) {
        assertThat(parse(text)).isNull();
    }

    private static InetAddress parse(String text) {
        byte[] bytes = ("x" + text + "1").getBytes(StandardCharsets.ISO_8859_1);
        return AddressLiteral.parse(bytes, 1, bytes.length - 1);
    }
}
