package io.sluice.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 9110 §12.5.3: gzip, br, zstd, identity, in thousandths. */
final class AcceptEncodingTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "none", value = {
        "none                               |    0 |    0 |    0 |   -1",
        "''                                 |    0 |    0 |    0 |   -1",
        "gzip                               | 1000 |    0 |    0 |   -1",
        "x-gzip                             | 1000 |    0 |    0 |   -1",
        "GZip, BR, zStd                     | 1000 | 1000 | 1000 |   -1",
        "gzip, deflate, br, zstd            | 1000 | 1000 | 1000 |   -1",
        "gzip;q=0.8, br;q=0.123, zstd;q=1   |  800 |  123 | 1000 |   -1",
        "gzip ; Q=0.5 ,br\t;\tq=0.05        |  500 |   50 |    0 |   -1",
        "*                                  | 1000 | 1000 | 1000 |   -1",
        "*;q=0.5, br;q=0                    |  500 |    0 |  500 |   -1",
        "br;q=0, *;q=0.5                    |  500 |    0 |  500 |   -1",
        "*;q=0                              |    0 |    0 |    0 |   -1",
        "identity;q=0                       |    0 |    0 |    0 |    0",
        "identity;q=0, *;q=0.1              |  100 |  100 |  100 |    0",
        "identity, gzip;q=0.5               |  500 |    0 |    0 | 1000",
        "gzip;q=1., br;q=0.                 | 1000 |    0 |    0 |   -1",
        "gzip;q=1.000, br;q=1.001           | 1000 |    0 |    0 |   -1",
        "gzip;q=0.1234, br;q=2, zstd;q=-1   |    0 |    0 |    0 |   -1",
        "gzip;q=, br;q, zstd;               |    0 |    0 |    0 |   -1",
        "gzip;level=9, br;q=0.5;x=1         |    0 |    0 |    0 |   -1",
        "gzip;q=00, br;q=0 .5, zstd;q=0,5   |    0 |    0 |    0 |   -1",
        "gzip;q=0, gzip;q=0.3               |  300 |    0 |    0 |   -1",
        ", ,gzip,,                          | 1000 |    0 |    0 |   -1",
        "gzipp, agzip, b r, zst             |    0 |    0 |    0 |   -1",
        ";q=1, ;, =                         |    0 |    0 |    0 |   -1"})
    void readsWhatAClientTakes(String value, int gzip, int br, int zstd, int identity) {
        RequestHead head = value == null ? RequestHeads.of("GET / HTTP/1.1", "Host: a")
                : RequestHeads.of("GET / HTTP/1.1", "Host: a", "Accept-Encoding: " + value);

        assertThat(AcceptEncoding.of(head)).isEqualTo(new AcceptEncoding(gzip, br, zstd, identity));
    }

    @Test
    void readsSeveralFieldsAsOneList() {
        RequestHead head = RequestHeads.of(
                "GET / HTTP/1.1", "Accept-Encoding: br;q=0.2, gzip", "X: y", "accept-encoding: *;q=0.3, identity;q=0.1");

        assertThat(AcceptEncoding.of(head)).isEqualTo(new AcceptEncoding(1000, 200, 300, 100));
    }
}
