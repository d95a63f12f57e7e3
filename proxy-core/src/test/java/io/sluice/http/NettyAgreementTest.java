package io.sluice.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.TransferEncodingNotAllowedException;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Compares our parser with Netty's, whose defaults are strict since 4.2.5: what Netty refuses we refuse, and what both accept
 * means the same to both. Netty accepts more; {@link #explained} says why, where it is the other way round.
 */
final class NettyAgreementTest {
    private static final int MESSAGES = 6_000;

    /** What Netty made of some bytes: null while it waits for more. */
    private static HttpMessage netty(EmbeddedChannel channel, String raw) {
        channel.writeInbound(Unpooled.wrappedBuffer(Outcome.bytes(raw)));
        Object first = channel.readInbound();
        for (Object rest = channel.readInbound(); rest != null; rest = channel.readInbound()) {
            ReferenceCountUtil.release(rest);
        }
        channel.finishAndReleaseAll();
        return (HttpMessage) first;
    }

    private static boolean acceptedBy(HttpMessage netty) {
        return netty != null && netty.decoderResult().isSuccess();
    }

    @Test
    void acceptsNoRequestThatNettyRefusesAndReadsTheOthersAlike() {
        MessageMutator messages = new MessageMutator(4711);
        int accepted = 0;
        int refusedByBoth = 0;
        for (int i = 0; i < MESSAGES; i++) {
            String raw = messages.request();
            RequestHead head = new RequestHead();
            ParseStatus status = new HeadParser(Outcome.LIMITS)
                    .parseRequest(head, Unpooled.wrappedBuffer(Outcome.bytes(raw)));
            HttpMessage netty = netty(new EmbeddedChannel(new HttpRequestDecoder(new HttpDecoderConfig())), raw);
            if (status == ParseStatus.COMPLETE) {
                accepted++;
                assertThat(acceptedBy(netty) || explained(netty)).as("%s%nNetty: %s", raw, netty).isTrue();
                if (acceptedBy(netty)) {
                    assertSameRequest(raw, head, (HttpRequest) netty);
                }
            } else if (netty != null && !acceptedBy(netty)) {
                refusedByBoth++;
                assertThat(status).as(raw).isEqualTo(ParseStatus.REFUSED);
            }
        }
        assertThat(accepted).isGreaterThan(MESSAGES / 20);
        assertThat(refusedByBoth).isGreaterThan(MESSAGES / 20);
    }

    @Test
    void acceptsNoResponseThatNettyRefusesAndReadsTheOthersAlike() {
        MessageMutator messages = new MessageMutator(815);
        int accepted = 0;
        int refusedByBoth = 0;
        for (int i = 0; i < MESSAGES; i++) {
            String raw = messages.response();
            ResponseHead head = new ResponseHead();
            ParseStatus status = new HeadParser(Outcome.LIMITS)
                    .parseResponse(head, Unpooled.wrappedBuffer(Outcome.bytes(raw)), Method.GET);
            HttpMessage netty = netty(new EmbeddedChannel(new HttpResponseDecoder(new HttpDecoderConfig())), raw);
            if (status == ParseStatus.COMPLETE) {
                accepted++;
                assertThat(acceptedBy(netty) || explained(netty)).as("%s%nNetty: %s", raw, netty).isTrue();
                if (acceptedBy(netty)) {
                    assertSameResponse(raw, head, (HttpResponse) netty);
                }
            } else if (netty != null && !acceptedBy(netty)) {
                refusedByBoth++;
                assertThat(status).as(raw).isEqualTo(ParseStatus.REFUSED);
            }
        }
        assertThat(accepted).isGreaterThan(MESSAGES / 20);
        assertThat(refusedByBoth).isGreaterThan(MESSAGES / 20);
    }

    /**
     * Whether it is the one case that we accept and Netty does not: Transfer-Encoding in HTTP/1.2 and later, which we handle
     * as HTTP/1.1 (RFC 9110 §2.5), and forward as HTTP/1.1.
     */
    private static boolean explained(HttpMessage netty) {
        return netty.decoderResult().cause() instanceof TransferEncodingNotAllowedException
                && netty.protocolVersion().minorVersion() > 1;
    }

    private static void assertSameRequest(String raw, RequestHead head, HttpRequest netty) {
        assertThat(head.methodText()).as(raw).isEqualTo(netty.method().name());
        String target = head.pathText() + head.text(head.pathEnd(), head.queryEnd());
        boolean absolute = netty.uri().startsWith("http");
        if (absolute) {
            assertThat(netty.uri().startsWith("http://" + head.hostText())).as(raw).isTrue();
            assertThat(netty.uri() + "/").as(raw).contains(target.replace("*", "/"));
        } else {
            assertThat(target).as(raw).isEqualTo(netty.uri());
        }
        assertSameFields(raw, head, netty, absolute ? 1 : 0);
        assertThat(head.framing() == BodyFraming.CHUNKED).as(raw).isEqualTo(HttpUtil.isTransferEncodingChunked(netty));
        assertThat(head.contentLength()).as(raw).isEqualTo(HttpUtil.getContentLength(netty, -1L));
        assertThat(head.keepAlive() || connectionIsUnreadable(netty)).as(raw).isEqualTo(HttpUtil.isKeepAlive(netty));
    }

    private static void assertSameResponse(String raw, ResponseHead head, HttpResponse netty) {
        assertThat(head.status()).as(raw).isEqualTo(netty.status().code());
        assertThat(head.text(head.reasonStart(), head.reasonEnd())).as(raw).isEqualTo(netty.status().reasonPhrase());
        assertSameFields(raw, head, netty, 0);
        if (!endsAtItsHead(netty)) {
            assertThat(head.framing() == BodyFraming.CHUNKED).as(raw)
                    .isEqualTo(HttpUtil.isTransferEncodingChunked(netty));
            assertThat(head.contentLength()).as(raw).isEqualTo(HttpUtil.getContentLength(netty, -1L));
        }
    }

    private static boolean endsAtItsHead(HttpResponse netty) {
        int status = netty.status().code();
        return status < 200 || status == 204 || status == 304;
    }

    private static boolean connectionIsUnreadable(HttpMessage netty) {
        return netty.headers().getAll("Connection").stream().anyMatch(value -> !value.matches("[\\w, -]*"));
    }

    private static void assertSameFields(String raw, Head head, HttpMessage netty, int appended) {
        List<String> ours = new ArrayList<>();
        for (int i = 0; i < head.count() - appended; i++) {
            ours.add(head.nameText(i) + "=" + head.value(i));
        }
        List<String> theirs = new ArrayList<>();
        for (Map.Entry<String, String> field : netty.headers()) {
            theirs.add(field.getKey() + "=" + field.getValue());
        }
        if (netty instanceof HttpResponse response && endsAtItsHead(response)) {
            // There Netty removes the field itself.
            ours.removeIf(line -> line.startsWith("Transfer-Encoding="));
        }
        assertThat(ours).as(raw).isEqualTo(theirs);
    }
}
