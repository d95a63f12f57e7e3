package io.sluice.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.http.Encryption;
import io.sluice.http.ProxyError;
import io.sluice.telemetry.ExchangeRecord.Relay;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.CsvSource;

class LineFormatTest {
    private static final Pattern COMMON = Pattern.compile(
            "(\\S+) - - \\[([^\\]]+)] \"(\\S+) (\\S+) (HTTP/1\\.[01])\" (\\d{3}|-) (\\d+)");

    private final LineBuffer buffer = new LineBuffer();

    /** The one line a format makes, without its end. */
    private String line(LineFormat format, ExchangeRecord record, long number) {
        buffer.clear();
        format.append(record, number, buffer);
        ByteBuffer bytes = buffer.content();
        for (int i = 0; i < bytes.limit() - 1; i++) {
            assertThat((int) bytes.get(i)).as("byte %d", i).isBetween(0x20, 0x7e);
        }
        assertThat(bytes.get(bytes.limit() - 1)).isEqualTo((byte) '\n');
        return StandardCharsets.US_ASCII.decode(bytes).toString().stripTrailing();
    }

    private Map<String, Object> json(ExchangeRecord record) {
        return StrictJson.object(line(new JsonLine("p-"), record, 1));
    }

    @Test
    void writesEveryFieldOfTheDesignInItsOrder() {
        ExchangeRecord record = Records.served();

        String line = line(new JsonLine("abc-"), record, 255);

        assertThat(line).isEqualTo("{\"time\":\"2026-01-02T03:04:05.007Z\",\"id\":\"abc-ff\",\"client\":\"192.0.2.1\","
                + "\"listener\":\"web\",\"protocol\":\"HTTP/1.1\",\"method\":\"GET\",\"host\":\"example.com\","
                + "\"path\":\"/a?b=c\",\"status\":200,\"bytesIn\":10,\"bytesOut\":1024,\"route\":\"api\","
                + "\"service\":\"app\",\"endpoint\":\"10.0.0.5:8080\",\"attempts\":1,\"reused\":false,"
                + "\"timers\":{\"queue\":1,\"connect\":250,\"firstByte\":4000,\"total\":7000,"
                + "\"blockedOnClient\":2000000,\"blockedOnBackend\":500000},"
                + "\"relay\":\"copied\",\"relayReason\":\"small\",\"end\":\"ok\"}");
        assertThat(StrictJson.object(line)).hasSize(20);
    }

    @Test
    void namesTheErrorAndLeavesTheRestEmptyWhenNoRequestWasRead() {
        ExchangeRecord record = new ExchangeRecord("web", "192.0.2.1", 0, 0);
        record.answered(400);
        record.ended(ProxyError.MALFORMED_REQUEST_LINE, 5_000);

        Map<String, Object> json = json(record);

        assertThat(json).containsEntry("end", "malformed_request_line").containsEntry("status", 400L)
                .containsEntry("method", "").containsEntry("path", "").containsEntry("route", "-")
                .containsEntry("relay", "none").containsEntry("time", "1970-01-01T00:00:00.000Z");
        assertThat(line(new CommonLine(), record, 1))
                .isEqualTo("192.0.2.1 - - [01/Jan/1970:00:00:00 +0000] \"- - HTTP/1.1\" 400 0");
    }

    @Test
    void namesASplicedRelayAndHttp10AndAReusedConnection() {
        ExchangeRecord record = Records.begun();
        record.request(io.sluice.http.Method.GET, true);
        record.connected(true, 0);
        record.relay(Relay.SPLICED, "");
        record.ended(null, 1);

        assertThat(json(record)).containsEntry("relay", "spliced").containsEntry("protocol", "HTTP/1.0")
                .containsEntry("reused", true);
    }

    @Test
    void writesTheCommonLogFormat() {
        assertThat(line(new CommonLine(), Records.served(), 1))
                .isEqualTo("192.0.2.1 - - [02/Jan/2026:03:04:05 +0000] \"GET /a?b=c HTTP/1.1\" 200 1024");
    }

    @Test
    void writesTheTlsOfTheClientsConnection() {
        ExchangeRecord record = Records.begun();
        record.encrypted(new Encryption("TLSv1.3", "TLS_AES_128_GCM_SHA256", "a.test", "CN=alice"));
        record.ended(null, 1);

        assertThat(json(record)).hasSize(21).containsEntry("tls",
                Map.of("version", "TLSv1.3", "cipher", "TLS_AES_128_GCM_SHA256", "serverName", "a.test"));
        assertThat(line(new CommonTlsLine(), record, 1)).endsWith("\" - 0 TLSv1.3 TLS_AES_128_GCM_SHA256 a.test");
        assertThat(line(new CommonLine(), record, 1)).endsWith("\" - 0");
    }

    @Test
    void writesHyphensWhereThereIsNoTlsOrNoName() {
        ExchangeRecord record = Records.begun();
        record.encrypted(new Encryption("TLSv1.2", "TLS_RSA_WITH_AES_128_CBC_SHA", null, null));
        record.ended(null, 1);

        assertThat(line(new CommonTlsLine(), record, 1)).endsWith(" TLSv1.2 TLS_RSA_WITH_AES_128_CBC_SHA -");
        assertThat(line(new CommonTlsLine(), Records.served(), 1)).endsWith("\" 200 1024 - - -");
        assertThat(json(record)).containsEntry("tls",
                Map.of("version", "TLSv1.2", "cipher", "TLS_RSA_WITH_AES_128_CBC_SHA", "serverName", ""));
        assertThat(json(Records.served())).doesNotContainKey("tls");
    }

    @ParameterizedTest
    @MethodSource("hostileWords")
    void aServerNameIsAClientsWord(String word) {
        ExchangeRecord record = Records.begun();
        record.encrypted(new Encryption("TLSv1.3", "C", word, null));
        record.ended(null, 1);

        assertThat(json(record)).containsEntry("tls", Map.of("version", "TLSv1.3", "cipher", "C", "serverName", word));
        assertThat(line(new CommonTlsLine(), record, 1).split(" ")).hasSize(13);
    }

    @Test
    void writesAHyphenForAStatusThatWasNeverSent() {
        assertThat(line(new CommonLine(), Records.worded("GET", "h", "/"), 1)).endsWith("\" - 0");
    }

    @ParameterizedTest
    @CsvSource({
        "1767323045999,2026-01-02T03:04:05.999Z", "1767323046000,2026-01-02T03:04:06.000Z",
        "1767323045090,2026-01-02T03:04:05.090Z", "951827696789,2000-02-29T12:34:56.789Z"
    })
    void writesTheTimeToTheMillisecond(long millis, String time) {
        ExchangeRecord record = new ExchangeRecord("web", "c", 0, millis);

        assertThat(json(record)).containsEntry("time", time);
    }

    @Test
    void keepsTimesRightWhenRecordsArriveOutOfOrder() {
        JsonLine format = new JsonLine("p-");
        for (long millis : new long[] {1767323046000L, 1767323045000L, 1767323046000L}) {
            String line = line(format, new ExchangeRecord("web", "c", 0, millis), 1);

            assertThat(line).contains(millis == 1767323046000L ? "03:04:06.000Z" : "03:04:05.000Z");
        }
    }

    static Stream<String> hostileWords() {
        StringBuilder allOctets = new StringBuilder();
        for (char c = 0; c < 256; c++) {
            allOctets.append(c);
        }
        return Stream.of(
                allOctets.toString(),
                "\"", "\\", "\\\"", "\\u0041", "\",\"status\":200,\"x\":\"", "\"}\n{\"time\":\"forged\"}",
                "/\r\n192.0.2.9 - - [x] \"GET / HTTP/1.1\" 200 0", "/a\" 200 1", "/a b c", "\u0000", "\u007f\u0080\u009f",
                "\u00c3\u0028", "\u00ff\u00fe", "\u001b[2J", "\u2028\u2029", "\ud83d\ude00", "\ud800", "\uffff", "\t", " ",
                "x".repeat(20_000), "\u0001".repeat(20_000));
    }

    @ParameterizedTest
    @MethodSource("hostileWords")
    void givesBackInJsonExactlyWhatAClientSaidAndNothingElse(String word) {
        Map<String, Object> json = json(Records.worded(word, word, word));

        assertThat(json).hasSize(20).containsEntry("method", word).containsEntry("host", word).containsEntry("path", word)
                .containsEntry("status", 0L).containsEntry("end", "ok").containsEntry("route", "api");
    }

    @ParameterizedTest
    @MethodSource("hostileWords")
    void keepsTheFieldsOfACommonLineWhateverAClientSaid(String word) {
        Matcher fields = COMMON.matcher(line(new CommonLine(), Records.worded(word, word, word), 1));

        assertThat(fields.matches()).isTrue();
        assertThat(fields.group(1)).isEqualTo("192.0.2.1");
        assertThat(fields.group(3)).isEqualTo(fields.group(4));
        assertThat(fields.group(6)).isEqualTo("-");
    }

    @Test
    void escapesInCommonFormatByOctet() {
        assertThat(line(new CommonLine(), Records.worded("A\"B", "h", "/\\\u00e9 \n\u20ac"), 1))
                .contains("\"A\\x22B /\\x5c\\xe9\\x20\\x0a\\x20ac HTTP/1.1\"");
    }

    @Test
    void survivesRandomWords() {
        Random random = new Random(7);
        for (int i = 0; i < 2_000; i++) {
            StringBuilder word = new StringBuilder();
            for (int length = random.nextInt(40); length > 0; length--) {
                word.append((char) random.nextInt(random.nextBoolean() ? 128 : 65536));
            }

            assertThat(json(Records.worded(word.toString(), word.toString(), word.toString())))
                    .containsEntry("path", word.toString());
        }
    }
}
