package io.sluice.http1;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.sluice.config.HealthConfig.Check;
import io.sluice.config.StatusRange;
import io.sluice.http.HeadLimits;
import io.sluice.http.HeadParser;
import io.sluice.http.Method;
import io.sluice.http.ParseStatus;
import io.sluice.http.ResponseHead;
import io.sluice.service.Verdict;
import io.sluice.transport.ChannelEnds;
import io.sluice.transport.SocketReading;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Reads the answer to one health check, as far as its verdict needs: the head, and of the body what comes up to the text
 * looked for. <em>Loop-confined.</em> It tells one verdict; whoever hears it closes the channel.
 */
final class Http1Check extends ChannelInboundHandlerAdapter {
    /** So much of a body is looked at. */
    private static final int BODY_BYTES_MAX = 64 << 10;
    private static final int BODY_BYTES_FIRST = 1024;

    private final Check terms;
    private final HeadParser parser;
    private final BodyReader body;
    private final Consumer<Verdict> verdict;
    private final ResponseHead head = new ResponseHead();
    /** What must be found; null = the head is enough. */
    private final byte[] wanted;
    private byte[] found = new byte[0];
    private int foundBytes;
    private boolean inBody;
    private boolean over;

    Http1Check(Check terms, HeadLimits limits, Consumer<Verdict> verdict) {
        this.terms = terms;
        this.parser = new HeadParser(limits);
        this.body = new BodyReader(limits);
        this.verdict = verdict;
        this.wanted = terms.body() == null ? null : terms.body().getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf in = (ByteBuf) message;
        try {
            while (!over && in.isReadable()) {
                if (inBody) {
                    readBody(in);
                } else {
                    readHead(in);
                }
            }
        } finally {
            in.release();
        }
    }

    private void readHead(ByteBuf in) {
        ParseStatus status = parser.parseResponse(head, in, Method.GET);
        if (status == ParseStatus.REFUSED) {
            fail(head.error().word());
        } else if (status == ParseStatus.COMPLETE) {
            if (head.interim() && head.status() != 101) {
                head.clear();
            } else if (!StatusRange.anyHolds(terms.statuses(), head.status())) {
                fail("status " + head.status());
            } else if (wanted == null) {
                tell(Verdict.passed("status " + head.status()));
            } else {
                inBody = true;
                body.begin(head);
                endOfBody();
            }
        }
    }

    private void readBody(ByteBuf in) {
        ByteBuf slice = body.next(in);
        if (slice != null) {
            try {
                look(slice);
            } finally {
                slice.release();
            }
        }
        if (!over && body.refused()) {
            fail("a body that is framed wrongly");
        }
        endOfBody();
    }

    private void look(ByteBuf slice) {
        int count = Math.min(slice.readableBytes(), BODY_BYTES_MAX - foundBytes);
        if (foundBytes + count > found.length) {
            int room = Math.max(foundBytes + count, Math.max(BODY_BYTES_FIRST, 2 * found.length));
            found = Arrays.copyOf(found, Math.min(BODY_BYTES_MAX, room));
        }
        slice.readBytes(found, foundBytes, count);
        int from = Math.max(0, foundBytes - wanted.length + 1);
        foundBytes += count;
        for (int at = from; at + wanted.length <= foundBytes; at++) {
            if (Arrays.equals(found, at, at + wanted.length, wanted, 0, wanted.length)) {
                tell(Verdict.passed("status " + head.status() + " and the text"));
                return;
            }
        }
        if (foundBytes == BODY_BYTES_MAX) {
            fail("the text is not in the first 64 KiB of the body");
        }
    }

    private void endOfBody() {
        if (!over && body.ended()) {
            fail("the text is not in the body");
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownEvent || event == SslCloseCompletionEvent.SUCCESS) {
            ended();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        ended();
    }

    private void ended() {
        if (inBody && body.untilClose()) {
            fail("the text is not in the body");
        } else {
            fail("closed before its answer was whole");
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (!(cause instanceof SocketReading.NotRead)) {
            fail(ChannelEnds.cause(cause) instanceof IOException ? "the connection broke" : "the check itself failed");
        }
    }

    private void fail(String why) {
        tell(Verdict.failed(why));
    }

    private void tell(Verdict told) {
        if (!over) {
            over = true;
            verdict.accept(told);
        }
    }
}
