package io.sluice.http2;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Error;
import io.sluice.exchange.Tenure;
import io.sluice.exchange.Worker;
import io.sluice.transport.Deadline;

/**
 * How a client is sent away so that it loses no request (RFC 9113 §6.8): a GOAWAY that leaves all streams open, and a ping;
 * once that was answered, another GOAWAY that names the last stream that gets an answer. Begins when the process or the
 * listener ends, or the connection's {@link Tenure}. <em>Loop-confined.</em> <em>Ends</em> by {@link #cancel}.
 */
final class Leaving {
    private enum State { STAYING, ASKED, LEFT }

    private final Worker worker;
    private final ServerCodec codec;
    private final Outflow outflow;
    private final Tenure tenure;
    private final Runnable onLeft;
    /** The end of the tenure, then of the wait for the ping's answer. */
    private final Deadline deadline;
    private ChannelHandlerContext context;
    private State state = State.STAYING;

    /**
     * Creates it.
     *
     * @param onLeft run when no stream is accepted any more
     */
    Leaving(Worker worker, ServerCodec codec, Outflow outflow, Tenure tenure, Runnable onLeft) {
        this.worker = worker;
        this.codec = codec;
        this.outflow = outflow;
        this.tenure = tenure;
        this.onLeft = onLeft;
        this.deadline = new Deadline(worker.wheel(), this::onDeadline);
    }

    /** Where it is said. */
    void to(ChannelHandlerContext handler) {
        context = handler;
    }

    /** The connection is open. */
    void opened() {
        if (state == State.STAYING) {
            deadline.at(tenure.endNanos(worker.snapshot()));
        }
    }

    /** A request came. */
    void request() {
        tenure.request();
        leaveWithTenure();
    }

    private void leaveWithTenure() {
        if (state == State.STAYING && tenure.over(worker.snapshot(), worker.wheel().nowNanos())) {
            begin();
        }
    }

    /** Whether the client was told nothing. */
    boolean staying() {
        return state == State.STAYING;
    }

    /** Whether no stream is accepted any more. */
    boolean left() {
        return state == State.LEFT;
    }

    /** Sends the client away, if that has not begun. */
    void begin() {
        if (state == State.STAYING) {
            // What is on its way to us shall still be answered. The answer to the ping comes behind it.
            state = State.ASKED;
            codec.frames().goAway(Integer.MAX_VALUE, Http2Error.NO_ERROR.code());
            codec.frames().writePing(context, false, 0, context.newPromise());
            outflow.soon(0);
            deadline.at(worker.wheel().nowNanos() + Worker.LEAVING_NANOS);
        }
    }

    /** The client has read the ping that went with the first GOAWAY. */
    void onPingAnswered() {
        if (state == State.ASKED) {
            leave();
        }
    }

    private void leave() {
        int last = codec.connection().remote().lastStreamCreated();
        codec.encoder().writeGoAway(
                context, last, Http2Error.NO_ERROR.code(), Unpooled.EMPTY_BUFFER, context.newPromise());
        outflow.soon(0);
        gone();
    }

    /** The client sends no more by itself. */
    void gone() {
        state = State.LEFT;
        deadline.cancel();
        onLeft.run();
    }

    private void onDeadline() {
        if (state == State.ASKED) {
            leave();
        } else if (state == State.STAYING) {
            leaveWithTenure();
            if (state == State.STAYING) {
                // A configuration that came meanwhile gives it more time.
                deadline.at(tenure.endNanos(worker.snapshot()));
            }
        }
    }

    /** The connection ends. */
    void cancel() {
        deadline.cancel();
    }
}
