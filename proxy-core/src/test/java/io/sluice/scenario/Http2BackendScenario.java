package io.sluice.scenario;

import io.sluice.scenario.Framed.Frames;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Clients of HTTP/1.1, a proxy, and one backend that speaks HTTP/2, frame for frame as it is told. */
abstract sealed class Http2BackendScenario permits Http2EndingIT, Http2MalformedIT, Http2SharingIT {
    static final String H2C = Http2BackendIT.H2C;

    @RegisterExtension
    final ProxyUnderTest proxy = new ProxyUnderTest();

    /** A proxy in front of one backend whose connections play these, in order. */
    final ScriptedBackend start(Frames... scripts) throws Exception {
        return start(H2C, scripts);
    }

    final ScriptedBackend start(String yaml, Frames... scripts) throws Exception {
        ScriptedBackend backend =
                proxy.backend(Stream.of(scripts).map(frames -> Framed.script(frames)).toArray(Script[]::new));
        proxy.start(yaml, backend);
        return backend;
    }

    static void answers(Framed connection) throws Exception {
        while (true) {
            connection.answer(connection.request().stream(), 200, "fine");
        }
    }

    final List<RawConnection> clients(int count) throws Exception {
        List<RawConnection> clients = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            clients.add(proxy.client());
        }
        return clients;
    }
}
