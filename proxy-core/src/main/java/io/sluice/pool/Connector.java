package io.sluice.pool;

import io.sluice.http.ProxyError;
import io.sluice.service.Endpoint;
import io.sluice.service.Service;
import io.sluice.stream.BackendStream;
import io.sluice.transport.AddressPair;

/** Opens connections from one event loop; implemented by each backend protocol. <em>Loop-confined.</em> */
@FunctionalInterface
public interface Connector {

    /**
     * Begins to connect; the listener is told once, later, or during this call.
     *
     * @return to give up; nothing is reported after that
     */
    Attempt connect(Service service, Endpoint endpoint, Listener listener);

    /** A connection being opened. */
    @FunctionalInterface
    interface Attempt {
        /** Gives up; without effect once the outcome was reported. */
        void cancel();
    }

    /** Who is told of the outcome. */
    interface Listener {
        /** It is open; takes the stream. */
        void onConnected(BackendStream stream);

        /** It could not be opened. */
        void onConnectFailed(ProxyError why);

        /** For whom it is, where a proxy header is to stand in front of everything; null = nobody knows. */
        default AddressPair addresses() {
            return null;
        }
    }
}
