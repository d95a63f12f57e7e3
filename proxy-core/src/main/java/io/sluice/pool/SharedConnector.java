package io.sluice.pool;

import io.sluice.http.ProxyError;
import io.sluice.service.Endpoint;
import io.sluice.service.Service;

/**
 * Opens connections that carry many streams, from one event loop; where a service leaves it to its endpoints, perhaps one that
 * carries one request at a time. Implementations are <em>Loop-confined</em>.
 */
@FunctionalInterface
public interface SharedConnector {

    /**
     * Begins to connect; the listener is told once, later, or during this call.
     *
     * @return to give up; nothing is reported after that
     */
    Connector.Attempt connect(Service service, Endpoint endpoint, Listener listener);

    /** Who is told of the outcome. */
    interface Listener extends Connector.Listener {
        /** It is open, and the backend has said how many streams it allows; takes the connection. */
        void onConnected(SharedConnection connection);
    }
}
