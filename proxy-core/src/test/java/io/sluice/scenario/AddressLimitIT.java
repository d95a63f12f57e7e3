package io.sluice.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Clients that may have only so many connections each. */
@Scenario
final class AddressLimitIT {
    @RegisterExtension
    final ProxyUnderTest proxy = new ProxyUnderTest();

    private RawConnection served(String request) throws Exception {
        RawConnection client = proxy.client();
        client.send(request);
        assertThat(client.response().text()).isEqualTo("ok");
        return client;
    }

    private static String named(String address) {
        return "PROXY TCP4 " + address + " 203.0.113.9 51000 80\r\n" + Http.get("/");
    }

    @Test
    void closesTheConnectionThatIsOneTooMany() throws Exception {
        proxy.start("limits: { connectionsPerAddress: 2 }\n", proxy.backend(Script.answering(Http.ok("ok"))));
        RawConnection one = served(Http.get("/"));
        RawConnection two = served(Http.get("/"));

        proxy.client().awaitEnd();

        proxy.awaitMetric(1, "sluice_rejected_total", "reason=too_many_connections");
        one.close();
        proxy.awaitMetric(1, "sluice_connections");
        served(Http.get("/"));
        two.send(Http.get("/"));
        assertThat(two.response().text()).isEqualTo("ok");
    }

    @Test
    void countsTheClientsThatProxyHeadersName() throws Exception {
        proxy.start("""
                listeners: [{ name: web, address: "127.0.0.1:0", proxyProtocol: optional }]
                limits: { connectionsPerAddress: 1 }
                trustedProxies: [127.0.0.0/8]
                """, proxy.backend(Script.answering(Http.ok("ok"))));
        served(named("192.0.2.1"));
        served(named("192.0.2.2"));

        RawConnection again = proxy.client();
        again.send(named("192.0.2.1"));

        again.awaitEnd();
        proxy.awaitMetric(1, "sluice_rejected_total", "reason=too_many_connections");
        // The balancer itself speaks for many: it isn't counted.
        served(Http.get("/"));
        served(Http.get("/"));
    }

    @Test
    void countsWhoBringsNoHeaderToo() throws Exception {
        proxy.start("""
                listeners: [{ name: web, address: "127.0.0.1:0", proxyProtocol: optional }]
                limits: { connectionsPerAddress: 1 }
                """, proxy.backend(Script.answering(Http.ok("ok"))));
        RawConnection one = served(Http.get("/"));

        RawConnection two = proxy.client();
        two.send(Http.get("/"));

        two.awaitEnd();
        proxy.awaitMetric(1, "sluice_rejected_total", "reason=too_many_connections");
        one.send(Http.get("/"));
        assertThat(one.response().text()).isEqualTo("ok");
    }
}
