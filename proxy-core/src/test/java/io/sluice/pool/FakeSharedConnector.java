package io.sluice.pool;

import io.sluice.http.ProxyError;
import io.sluice.service.Endpoint;
import io.sluice.service.Service;
import io.sluice.stream.BackendStream;
import io.sluice.stream.FakeBackend;
import java.util.ArrayList;
import java.util.List;

/** Opens connections that carry many streams when a test says so. <em>Loop-confined.</em> */
final class FakeSharedConnector implements SharedConnector {
    /** All that it was asked for, in order. */
    final List<Opening> openings = new ArrayList<>();

    @Override
    public Connector.Attempt connect(Service service, Endpoint endpoint, Listener listener) {
        Opening opening = new Opening(listener);
        openings.add(opening);
        return opening;
    }

    /** A connection on its way. */
    static final class Opening implements Connector.Attempt {
        final SharedConnector.Listener listener;
        boolean cancelled;

        private Opening(SharedConnector.Listener listener) {
            this.listener = listener;
        }

        Shared opens(int streams) {
            Shared connection = new Shared(streams);
            listener.onConnected(connection);
            return connection;
        }

        FakeBackend opensForOne() {
            FakeBackend stream = new FakeBackend();
            listener.onConnected(stream);
            return stream;
        }

        @Override
        public void cancel() {
            cancelled = true;
        }
    }

    /** A connection with room for so many streams. */
    static final class Shared implements SharedConnection {
        private final int streams;
        int lent;
        boolean leaving;
        boolean closed;
        Listener listener;

        private Shared(int streams) {
            this.streams = streams;
        }

        @Override
        public void listener(Listener told) {
            listener = told;
        }

        @Override
        public boolean leaving() {
            return leaving;
        }

        @Override
        public int room() {
            return leaving ? 0 : streams - lent;
        }

        @Override
        public BackendStream stream() {
            lent++;
            return new FakeBackend();
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
