package io.sluice.http1;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeepAliveTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "timeout=5|5",
        "timeout=0|0",
        "timeout=5, max=100|5",
        "max=100, timeout=15|15",
        "max=100,timeout=15|15",
        "TimeOut=7|7",
        "timeout=5s|5",
        "timeout=5;x|5",
        "timeout=999999999|999999999",
        "timeout=99999999999999999999|999999999",
        "timeout=|-1",
        "timeout=x|-1",
        "timeout=-5|-1",
        "timeout = 5|-1",
        "xtimeout=5|-1",
        "max=100|-1",
        "''|-1",
    })
    void readsTheTimeoutAndNothingElse(String value, long seconds) {
        // Bytes around the value must not be looked at.
        byte[] bytes = ("9timeout=3" + value + "99").getBytes(StandardCharsets.ISO_8859_1);
        bytes[9] = ' ';

        assertThat(KeepAlive.timeoutNanos(bytes, 10, bytes.length - 2))
                .isEqualTo(seconds < 0 ? -1 : TimeUnit.SECONDS.toNanos(seconds));
    }
}
