package io.sluice.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class UpgradeTest {
    private static final HeadParser PARSER = new HeadParser(new HeadLimits(65536, 65536, 100));

    private static RequestHead request(String version, String... fields) {
        RequestHead head = new RequestHead();
        ByteBuf in = text("GET / HTTP/" + version + "\r\nHost: a\r\n" + String.join("", lines(fields)) + "\r\n");
        assertThat(PARSER.parseRequest(head, in)).isEqualTo(ParseStatus.COMPLETE);
        in.release();
        return head;
    }

    private static ResponseHead switching(String... fields) {
        ResponseHead head = new ResponseHead();
        ByteBuf in = text("HTTP/1.1 101 \r\n" + String.join("", lines(fields)) + "\r\n");
        assertThat(PARSER.parseResponse(head, in, Method.GET)).isEqualTo(ParseStatus.COMPLETE);
        in.release();
        return head;
    }

    private static String[] lines(String... fields) {
        String[] lines = new String[fields.length];
        for (int i = 0; i < fields.length; i++) {
            lines[i] = fields[i] + "\r\n";
        }
        return lines;
    }

    private static ByteBuf text(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1);
    }

    private static String fields(Head head) {
        byte[] out = new byte[head.length()];
        return new String(out, 0, head.copyFields(out, 0), StandardCharsets.ISO_8859_1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "websocket|websocket",
        "WebSocket|WebSocket",
        "websocket, foo/2|websocket, foo/2",
        "h2c|''",
        "H2C, websocket|websocket",
        "h2|''",
        "HTTP/2.0|''",
        "http|''",
        "TLS/1.0, IRC/6.9|IRC/6.9",
        "tlsx|tlsx",
        ", ,|''",
        "two words|''",
        "a/b/c|''",
        "a/|''",
    })
    void offersWhatIsNotAboutTheConnectionItself(String upgrade, String offered) {
        assertThat(Upgrade.offered(request("1.1", "Connection: Upgrade", "Upgrade: " + upgrade))).isEqualTo(offered);
    }

    @Test
    void gathersWhatSeveralFieldsOffer() {
        assertThat(Upgrade.offered(request("1.1", "Connection: close, upgrade", "Upgrade: a", "Upgrade: b, h2c")))
                .isEqualTo("a, b");
    }

    @Test
    void offersNothingWithoutTheConnectionsWordOrInAnOldVersion() {
        assertThat(Upgrade.offered(request("1.1", "Upgrade: websocket"))).isEmpty();
        assertThat(Upgrade.offered(request("1.1", "Connection: close", "Upgrade: websocket"))).isEmpty();
        assertThat(Upgrade.offered(request("1.0", "Connection: upgrade", "Upgrade: websocket"))).isEmpty();
    }

    @Test
    void writesTheOfferAnewAndNeverTheSettingsOfHttp2() {
        RequestHead head = request("1.1", "Connection: Upgrade, X-Named", "X-Named: 1", "Upgrade: websocket", "HTTP2-Settings: AAA");
        String offered = Upgrade.offered(head);
        HopByHop.strip(head);

        Upgrade.offer(head, offered);

        assertThat(fields(head)).isEqualTo("Host: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n");
    }

    @Test
    void writesNothingOfAnOfferThatIsNotPassedOn() {
        RequestHead head = request("1.1", "Connection: Upgrade", "Upgrade: h2c", "HTTP2-Settings: AAA");
        HopByHop.strip(head);

        Upgrade.offer(head, "");

        assertThat(fields(head)).isEqualTo("Host: a\r\n");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "Upgrade: websocket|websocket",
        "Upgrade: WEBSOCKET|WEBSOCKET",
        "Upgrade: foo|foo",
        "Upgrade: other|''",
        "Upgrade: websocket, other|''",
        "X-Other: websocket|''",
    })
    void agreesOnlyToWhatWasOffered(String field, String agreed) {
        RequestHead head = request("1.1", "Connection: Upgrade", "Upgrade: websocket, foo");

        assertThat(Upgrade.agreed(head, switching(field))).isEqualTo(agreed);
    }
}
