package io.sluice.scenario;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;

/** A backend that does with every connection exactly what a script says. <em>Thread-safe.</em> */
final class ScriptedBackend implements AutoCloseable {
    private final ServerSocket server;
    private final Thread accepting;
    private final BackendSecrets secrets;
    private final List<Script> scripts;
    private final List<RawConnection> connections = new CopyOnWriteArrayList<>();
    private final List<Throwable> failures = new CopyOnWriteArrayList<>();
    private final List<Integer> markers = new CopyOnWriteArrayList<>();

    private ScriptedBackend(int port, int receiveBuffer, BackendSecrets secrets, List<Script> scripts) throws IOException {
        this.server = new ServerSocket();
        this.secrets = Objects.requireNonNull(secrets);
        this.scripts = scripts;
        if (receiveBuffer > 0) {
            server.setReceiveBufferSize(receiveBuffer);
        }
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 200);
        this.accepting = Thread.ofVirtual().name("backend " + server.getLocalPort()).start(this::accept);
    }

    /** A backend whose n-th connection plays the n-th script, and every further one the last. */
    static ScriptedBackend playing(Script... scripts) throws IOException {
        return new ScriptedBackend(0, 0, BackendSecrets.NONE, List.of(scripts));
    }

    /** The same with TLS; a script is played behind the handshake. */
    static ScriptedBackend secure(BackendSecrets secrets, Script... scripts) throws IOException {
        return new ScriptedBackend(0, 0, secrets, List.of(scripts));
    }

    /**
     * The same where a backend listened that was closed: it has come back.
     *
     * @throws IOException if its port is taken, perhaps for a moment only by a connection that ends
     */
    static ScriptedBackend inPlaceOf(ScriptedBackend closed, Script... scripts) throws IOException {
        return new ScriptedBackend(closed.server.getLocalPort(), 0, closed.secrets, List.of(scripts));
    }

    /** The same with a receive buffer of about so many bytes. */
    static ScriptedBackend narrow(int receiveBuffer, BackendSecrets secrets, Script... scripts) throws IOException {
        return new ScriptedBackend(0, receiveBuffer, secrets, List.of(scripts));
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = server.accept();
                if (markers.remove((Object) socket.getPort())) {
                    socket.close();
                    continue;
                }
                RawConnection connection = secrets.over(socket);
                Script script = scripts.get(Math.min(connections.size(), scripts.size() - 1));
                connections.add(connection);
                Thread.ofVirtual().start(() -> play(script, connection));
            }
        } catch (IOException e) {
            // The server socket was closed: there is nothing more to accept.
        }
    }

    private void play(Script script, RawConnection connection) {
        // What a script found is noted before its connection ends: whoever sees the end may ask.
        try (connection) {
            try {
                BackendSecrets.shakeHands(connection);
                script.play(connection);
            } catch (IOException e) {
                // The proxy ended the connection, as it may.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (Throwable e) {
                failures.add(e);
            }
        } catch (IOException e) {
            // Its end found it broken; nobody is waiting for more.
        }
    }

    /** Where it listens, as written in a configuration. */
    String address() {
        return server.getInetAddress().getHostAddress() + ":" + server.getLocalPort();
    }

    /**
     * How many connections the proxy has opened. A connection of the test's own, behind them in the queue, proves that
     * none is still waiting to be counted.
     */
    int connections() throws IOException {
        try (Socket marker = new Socket()) {
            marker.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            markers.add(marker.getLocalPort());
            marker.connect(server.getLocalSocketAddress());
            await("the backend accepts").until(() -> !markers.contains(marker.getLocalPort()));
        }
        return connections.size();
    }

    /** The n-th connection, from 0; waits until there is one. */
    RawConnection connection(int index) {
        await("connection " + index).until(() -> connections.size() > index);
        return connections.get(index);
    }

    /** What scripts asserted in vain. */
    List<Throwable> failures() {
        return failures;
    }

    /** Nobody listens here when this returns; who must be sure that nobody else does soon asks {@link ProxyUnderTest#nobody}. */
    @Override
    public void close() throws IOException {
        server.close();
        try {
            // It is this thread that closes the descriptor, if it waits in accept.
            accepting.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (RawConnection connection : connections) {
            connection.close();
        }
    }
}
