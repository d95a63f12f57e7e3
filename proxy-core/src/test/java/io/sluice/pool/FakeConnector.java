package io.sluice.pool;

import io.sluice.http.ProxyError;
import io.sluice.service.Endpoint;
import io.sluice.service.Service;
import io.sluice.stream.FakeBackend;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Opens connections when a test says so. <em>Loop-confined.</em> */
public final class FakeConnector implements Connector {
    /** For pools without connections that carry many streams. */
    public static final SharedConnector UNSHARED = (service, endpoint, listener) -> {
        throw new AssertionError("no service here speaks HTTP/2");
    };

    /** All that it was asked for, in order. */
    public final List<Opening> openings = new ArrayList<>();
    /** Whether connections open, or fail, during the call. */
    public boolean atOnce;
    /** Why the next ones fail during the call; null = they open. */
    public ProxyError refusal;

    @Override
    public Attempt connect(Service service, Endpoint endpoint, Listener listener) {
        Opening opening = new Opening(endpoint, listener);
        openings.add(opening);
        if (atOnce && refusal == null) {
            opening.opens();
        } else if (atOnce) {
            opening.fails(refusal);
        }
        return opening;
    }

    /** What it was asked for last. */
    public Opening last() {
        return openings.getLast();
    }

    /** One connection on its way. */
    public static final class Opening implements Attempt {
        /** Where to. */
        public final Endpoint endpoint;
        /** How often it was given up. */
        public int cancelled;
        private final Listener listener;

        private Opening(Endpoint endpoint, Listener listener) {
            this.endpoint = endpoint;
            this.listener = listener;
        }

        /** It opens. */
        public FakeBackend opens() {
            return opensAnd(backend -> { });
        }

        /** It opens, prepared before the listener is told. */
        public FakeBackend opensAnd(Consumer<FakeBackend> prepare) {
            FakeBackend backend = new FakeBackend();
            prepare.accept(backend);
            listener.onConnected(backend);
            return backend;
        }

        /** It fails. */
        public void fails(ProxyError why) {
            listener.onConnectFailed(why);
        }

        @Override
        public void cancel() {
            cancelled++;
        }
    }
}
